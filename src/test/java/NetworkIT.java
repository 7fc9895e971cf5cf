import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Namespace;
import testkit.Peer;
import testkit.Watch;

/** What the network does, in a network of the test's own where it takes one. */
class NetworkIT {
  /** Leaves the system no choice but the port that is connected to. */
  private static final String FEW_PORTS =
      "echo 40000 40001 > /proc/sys/net/ipv4/ip_local_port_range";

  @ParameterizedTest
  @ValueSource(strings = {"DumbNet", "OneToOne"})
  void aConnectionToItselfIsRefused(String program) {
    try (Namespace network = new Namespace(FEW_PORTS);
        Child child = network.start(List.of(), program, "127.0.0.1", "40000")) {
      child.type("hello\n").endInput();
      assertEquals(1, child.exitStatus());
      String refused = ": cannot connect to 127.0.0.1:40000: Connection refused\n";
      assertEquals(program + refused, child.err.text());
      assertEquals("", child.out.text());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DumbNet www.example.org 80", "EchoServer --bind=www.example.org 0"})
  void aNameServerThatDoesNotAnswerIsNoUnknownHost(String line) {
    try (Namespace network = new Namespace(":");
        Child child = network.start(List.of(), line.split(" "))) {
      assertEquals(1, child.exitStatus());
      String program = line.split(" ")[0];
      assertEquals(
          program + ": cannot resolve www.example.org: Temporary failure in name resolution\n",
          child.err.text());
    }
  }

  /** The first probe comes after a minute; the system's own default is two hours. */
  @ParameterizedTest
  @ValueSource(strings = {"DumbNet", "OneToOne", "OneToOne server", "EchoServer"})
  void theConnectionIsKeptAlive(String program) throws IOException {
    boolean listens = program.matches("EchoServer|.*server");
    try (ServerSocket listening = Peer.listen();
        Child child =
            Child.of(
                (program + (listens ? " 0" : " 127.0.0.1 " + Peer.port(listening))).split(" "));
        Peer peer = listens ? Peer.connect(child.port()) : Peer.accept(listening)) {
      String ends =
          "sport = :" + peer.socket.getPort() + " and dport = :" + peer.socket.getLocalPort();
      Pattern timer = Pattern.compile("timer:\\(keepalive,(1min|[0-9.]+(sec|ms))");
      Watch.until(
          "a timer of the connection",
          () -> {
            try (Child ss = Child.command("ss", "-Htno", ends)) {
              assertEquals(0, ss.exitStatus());
              return timer.matcher(ss.out.text()).find();
            }
          });
    }
  }
}

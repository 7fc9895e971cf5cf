import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** A peer that vanishes without a word is found by the system, which asks now and then. */
class KeepAliveIT {
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

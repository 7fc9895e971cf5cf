import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;

/** What a user reads when something is wrong: exactly one line, and nothing on standard output. */
class ErrorsIT {
  private static final String DUMB_NET_SYNOPSIS =
      "Usage: DumbNet [-46bhNqtV] [-i=SECONDS] [-w=SECONDS] HOST PORT\n";
  private static final String ONE_TO_ONE_SYNOPSIS =
      """
      Usage: OneToOne [-46hqtV] [--bind=ADDRESS] [--message-gap=SECONDS] [-w=SECONDS]
                      HOST PORT
      """;
  private static final String ECHO_SERVER_SYNOPSIS =
      """
      Usage: EchoServer [-hqtV] [--bind=ADDRESS] [-i=SECONDS] [--max-clients=N]
                        [--report=SECONDS] [--threads=KIND] PORT
      """;

  /** Runs the program with a pipe as its output whose reader has gone already. */
  private static final String OUTPUT_CLOSED = "exec 3> >(:); wait $!; exec \"$@\" >&3";

  @ParameterizedTest
  @ValueSource(strings = {"DumbNet", "OneToOne"})
  void refused(String program) throws IOException {
    try (Socket nobodyListens = boundSocket()) {
      int port = nobodyListens.getLocalPort();
      fails(
          1,
          program + ": cannot connect to 127.0.0.1:" + port + ": Connection refused\n",
          Child.of(program, "127.0.0.1", String.valueOf(port)));
    }
  }

  @Test
  void theAddressesOfANameThatRefusedAreNamed(@TempDir Path directory) throws IOException {
    List<String> names = hosts(directory, "127.0.0.1 two.addresses\n127.0.0.2 two.addresses\n");
    try (Socket nobodyListens = boundSocket()) {
      int port = nobodyListens.getLocalPort();
      fails(
          1,
          "DumbNet: cannot connect to two.addresses:"
              + port
              + ": Connection refused (127.0.0.1, 127.0.0.2)\n",
          Child.withJvm(names, "DumbNet", "two.addresses", String.valueOf(port)));
    }
  }

  @ParameterizedTest
  @CsvSource({"DumbNet, no.such.host", "OneToOne, no.such.host"})
  void unknownHost(String program, String host, @TempDir Path directory) throws IOException {
    fails(
        1,
        program + ": cannot resolve " + host + ": unknown host\n",
        Child.withJvm(hosts(directory, ""), program, host, "80"));
  }

  @Test
  void aParameterThatStartsWithAtIsLiteral(@TempDir Path directory) throws IOException {
    Path arguments = Files.writeString(directory.resolve("arguments"), "127.0.0.1");
    fails(
        1,
        "DumbNet: cannot resolve @" + arguments + ": unknown host\n",
        Child.withJvm(hosts(directory, ""), "DumbNet", "@" + arguments, "80"));
  }

  @Test
  void unknownLocalAddress(@TempDir Path directory) throws IOException {
    fails(
        1,
        "EchoServer: cannot resolve no.such.host: unknown host\n",
        Child.withJvm(hosts(directory, ""), "EchoServer", "--bind=no.such.host", "0"));
  }

  @Test
  void connectTimeout() throws IOException {
    try (FullBacklog server = new FullBacklog()) {
      String port = String.valueOf(server.port());
      fails(
          1,
          "DumbNet: cannot connect to 127.0.0.1:" + port + ": timed out after 0.25 s\n",
          Child.of("DumbNet", "-w", "0.25", "127.0.0.1", port));
      fails(
          1,
          "OneToOne: cannot connect to 127.0.0.1:" + port + ": timed out after 1 s\n",
          Child.of("OneToOne", "--connect-timeout=1", "127.0.0.1", port));
    }
  }

  @Test
  void idle() throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child child = Child.of("DumbNet", "-i", "0.5", "127.0.0.1", port(listening));
        Peer server = Peer.accept(listening)) {
      server.send("so far");
      child.type("hello\n");
      assertEquals(1, child.exitStatus());
      assertEquals("so far", child.out.text());
      String address = "127.0.0.1:" + port(listening);
      assertEquals(
          String.format(
              "DumbNet: connected to %1$s\nDumbNet: %1$s sent nothing for 0.5 s\n", address),
          child.err.text());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DumbNet", "OneToOne"})
  void reset(String program) throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child child = Child.of(program, "127.0.0.1", port(listening));
        Peer server = Peer.accept(listening)) {
      child.type("hello\n");
      server.receiveLine();
      server.send("so far\n");
      child.out.await("so far\n");
      if (program.equals("OneToOne")) {
        child.type("go on\n");
        server.receiveLine();
      }
      server.reset();
      assertEquals(1, child.exitStatus());
      assertEquals("so far\n", child.out.text());
      String address = "127.0.0.1:" + port(listening);
      assertEquals(
          String.format(
              "%1$s: connected to %2$s\n%1$s: connection to %2$s lost: Connection reset\n",
              program, address),
          child.err.text());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"EchoServer", "OneToOne server"})
  void portTaken(String command) throws IOException {
    try (ServerSocket taken = Peer.listen()) {
      String[] words = (command + " --bind=0.0.0.0 " + port(taken)).split(" ");
      fails(
          1,
          words[0] + ": cannot listen on 0.0.0.0:" + port(taken) + ": Address already in use\n",
          Child.of(words));
    }
  }

  @Test
  void anAddressThatIsNotOfThisMachine() {
    fails(
        1,
        "EchoServer: cannot listen on 192.0.2.1:0: Cannot assign requested address\n",
        Child.of("EchoServer", "--bind=192.0.2.1", "0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DumbNet", "OneToOne"})
  void outputClosed(String program) throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child child =
            Child.inShell(OUTPUT_CLOSED, List.of(), program, "127.0.0.1", port(listening));
        Peer server = Peer.accept(listening)) {
      child.type("hello\n");
      server.receiveLine();
      server.send("an answer\n");
      assertEquals(1, child.exitStatus());
      assertEquals(
          String.format(
              "%1$s: connected to 127.0.0.1:%2$s\n"
                  + "%1$s: cannot write to standard output: Broken pipe\n",
              program, port(listening)),
          child.err.text());
    }
  }

  @Test
  void outputOfAChatServerClosed() throws IOException {
    try (Child child = Child.inShell(OUTPUT_CLOSED, List.of(), "OneToOne", "server", "0");
        Peer client = Peer.connect(child.port())) {
      client.send("a question\n");
      assertEquals(1, child.exitStatus());
      assertEquals(
          String.format(
              "OneToOne: listening on 127.0.0.1:%d\n"
                  + "OneToOne: 127.0.0.1:%d connected\n"
                  + "OneToOne: cannot write to standard output: Broken pipe\n",
              client.socket.getPort(), client.socket.getLocalPort()),
          child.err.text());
    }
  }

  @Test
  void outputClosedBeforeTheHelp() {
    fails(
        1,
        "EchoServer: cannot write to standard output: Broken pipe\n",
        Child.inShell(OUTPUT_CLOSED, List.of(), "EchoServer", "--help"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "0", "65536"})
  void badPort(String port) {
    // Were the name looked up first, that would be the error.
    fails(
        2,
        "DumbNet: invalid PORT: '"
            + port
            + "' is not a port number (1-65535)\n"
            + DUMB_NET_SYNOPSIS,
        Child.of("DumbNet", "no.such.host", port));
  }

  @Test
  void badPortToListenOn() {
    fails(
        2,
        "EchoServer: invalid PORT: '65536' is not a port number (0-65535)\n" + ECHO_SERVER_SYNOPSIS,
        Child.of("EchoServer", "65536"));
  }

  @ParameterizedTest
  @CsvSource({"server, -1, 0-65535", "no.such.host, 0, 1-65535"})
  void badPortOfAChat(String host, String port, String valid) {
    fails(
        2,
        "OneToOne: invalid PORT: '"
            + port
            + "' is not a port number ("
            + valid
            + ")\n"
            + ONE_TO_ONE_SYNOPSIS,
        Child.of("OneToOne", host, port));
  }

  @Test
  void tooFewParameters() {
    fails(
        2,
        "DumbNet: Missing required parameters: 'HOST', 'PORT'\n" + DUMB_NET_SYNOPSIS,
        Child.of("DumbNet"));
    fails(
        2,
        "OneToOne: Missing required parameter: 'PORT'\n" + ONE_TO_ONE_SYNOPSIS,
        Child.of("OneToOne", "server"));
    fails(
        2,
        "EchoServer: Missing required parameter: 'PORT'\n" + ECHO_SERVER_SYNOPSIS,
        Child.of("EchoServer"));
  }

  @Test
  void tooManyParameters() {
    fails(
        2,
        "DumbNet: Unmatched argument at index 2: 'more'\n" + DUMB_NET_SYNOPSIS,
        Child.of("DumbNet", "localhost", "80", "more"));
    fails(
        2,
        "OneToOne: Unmatched argument at index 2: 'more'\n" + ONE_TO_ONE_SYNOPSIS,
        Child.of("OneToOne", "server", "0", "more"));
    fails(
        2,
        "EchoServer: Unmatched argument at index 1: 'more'\n" + ECHO_SERVER_SYNOPSIS,
        Child.of("EchoServer", "0", "more"));
  }

  @Test
  void unknownOption() {
    fails(
        2,
        "DumbNet: Unknown option: '--no-such'\n" + DUMB_NET_SYNOPSIS,
        Child.of("DumbNet", "--no-such", "localhost", "80"));
  }

  @Test
  void badSeconds() {
    fails(
        2,
        "DumbNet: invalid --connect-timeout: 'soon' is not a number of seconds (0-2147483.647)\n"
            + DUMB_NET_SYNOPSIS,
        Child.of("DumbNet", "-w", "soon", "localhost", "80"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DumbNet", "OneToOne", "EchoServer"})
  void helpIsNoErrorAndListsTheStatusesAndAnExample(String program) {
    try (Child child = Child.of(program, "--help")) {
      assertEquals(0, child.exitStatus());
      assertEquals("", child.err.text());
      String help = child.out.text();
      assertTrue(help.startsWith("Usage: " + program + " "), help);
      assertTrue(help.contains("\n  0   done\n  1   a network or I/O failure\n  2   "), help);
      assertTrue(help.contains("java -cp blocking-sockets.jar " + program + " "), help);
    }
  }

  @Test
  void theVersionIsTheJars() {
    try (Child child = Child.of("EchoServer", "-V")) {
      assertEquals(0, child.exitStatus());
      assertEquals("", child.err.text());
      assertTrue(child.out.text().matches("EchoServer \\d+(\\.\\d+)+\n"), child.out.text());
    }
  }

  private static void fails(int status, String error, Child started) {
    try (Child child = started) {
      child.endInput();
      assertEquals(status, child.exitStatus());
      assertEquals(error, child.err.text());
      assertEquals("", child.out.text());
    }
  }

  /** Holds a port on which nobody listens, so that nobody else can listen there either. */
  private static Socket boundSocket() throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return socket;
  }

  private static String port(ServerSocket server) {
    return String.valueOf(server.getLocalPort());
  }

  /** The JVM options that have names looked up in this file alone. */
  private static List<String> hosts(Path directory, String lines) throws IOException {
    Path file = Files.writeString(directory.resolve("hosts"), lines);
    return List.of("-Djdk.net.hosts.file=" + file);
  }

  /** A server that never accepts, with a queue so full that it takes nobody more. */
  private static final class FullBacklog implements AutoCloseable {
    private static final int MANY = 20;

    private final ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> queue = new ArrayList<>();

    FullBacklog() throws IOException {
      for (int i = 0; i < MANY; i++) {
        Socket socket = new Socket();
        queue.add(socket);
        try {
          socket.connect(listening.getLocalSocketAddress(), 1000);
        } catch (SocketTimeoutException e) {
          return;
        }
      }
      throw new AssertionError(MANY + " connections fit in a queue for one");
    }

    int port() {
      return listening.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : queue) {
        socket.close();
      }
      listening.close();
    }
  }
}

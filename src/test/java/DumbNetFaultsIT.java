import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** What DumbNet says, and how it ends, when something goes wrong. */
class DumbNetFaultsIT {
  private ServerSocket listening;
  private String port;
  private String address;

  @BeforeEach
  void listen() throws IOException {
    listening = Peer.listen();
    port = String.valueOf(listening.getLocalPort());
    address = "127.0.0.1:" + port;
  }

  @AfterEach
  void close() throws IOException {
    listening.close();
  }

  @Test
  void aReset() throws Exception {
    try (Child client = connect().type("hello\n")) {
      Peer server = Peer.accept(listening);
      server.receiveLine();
      server.send("all of this, ").send("and this").reset();
      assertEnds(client, "all of this, and this", address + " lost: Connection reset", 1);
    }
  }

  @Test
  void aResetBeforeTheLineIsEntered() throws Exception {
    try (Child client = connect()) {
      Peer server = Peer.accept(listening).send("go away\n");
      client.err.await("connected to ");
      server.reset();
      client.type("hello\n");
      assertEnds(client, "go away\n", "connection to " + address + " lost: ", 1);
    }
  }

  /** TCP lets a peer that has closed be sent to once, so here nothing fails. */
  @Test
  void theServerClosesBeforeTheLineIsEntered() throws Exception {
    try (Child client = connect()) {
      Peer.accept(listening).send("go away\n").close();
      client.type("hello\n");
      assertEnds(client, "go away\n", address + " ended the stream after 8 bytes", 0);
    }
  }

  @Test
  void theServerClosesBeforeALongLineIsThere() throws Exception {
    try (Child client = connect()) {
      Peer server = Peer.accept(listening).send("too long\n");
      client.type(new byte[5_000_000]).type("\n"); // twice what the system takes in advance
      server.receive(10);
      server.halfClose().reset();
      assertEnds(client, "too long\n", "connection to " + address + " lost: ", 1);
    }
  }

  @Test
  void aServerThatNeverAnswers() throws Exception {
    try (Child client = connect("--idle-timeout=0.5").type("hello\n")) {
      Peer server = Peer.accept(listening).send("one moment");
      assertEnds(client, "one moment", address + " sent nothing for 0.5 s", 1);
      assertEquals("hello\r\n", server.receiveLine());
    }
  }

  @Test
  void aFullBacklog() throws Exception {
    Watch.assumeLinuxWith(); // elsewhere a full backlog refuses
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      try {
        for (int i = 0; i < 10; i++) {
          new Socket().connect(full.getLocalSocketAddress(), 200);
        }
      } catch (SocketTimeoutException e) {
        // It is full.
      }
      String fullPort = String.valueOf(full.getLocalPort());
      try (Child client = Child.of("DumbNet", "-w", "0.5", "127.0.0.1", fullPort)) {
        String reason = "127.0.0.1:" + fullPort + ": timed out after 0.5 s";
        assertEnds(client, "", "cannot connect to " + reason, 1);
      }
    }
  }

  @Test
  void aNameWhoseFirstAddressRefuses(@TempDir Path directory) throws Exception {
    Watch.assumeLinuxWith(); // elsewhere 127.0.0.2 may be no address of this machine
    Path hosts = directory.resolve("hosts");
    Files.writeString(hosts, "127.0.0.2 two.test\n127.0.0.1 two.test\n127.0.0.2 one.test\n");
    List<String> lookup = List.of("-Djdk.net.hosts.file=" + hosts);
    try (Child client = Child.withJvm(lookup, "DumbNet", "--trace", "two.test", port)) {
      client.err.await("connect(127.0.0.2:" + port + ") = Connection refused");
      client.type("hello\n");
      try (Peer server = Peer.accept(listening)) {
        assertEquals("hello\r\n", server.receiveLine());
        server.send("hello yourself\n");
      }
      assertEnds(client, "hello yourself\n", "connected to " + address, 0);
    }
    listening.close();
    String both = "Connection refused (127.0.0.2, 127.0.0.1)";
    try (Child client = Child.withJvm(lookup, "DumbNet", "two.test", port)) {
      assertEnds(client, "", "cannot connect to two.test:" + port + ": " + both, 1);
    }
    try (Child client = Child.withJvm(lookup, "DumbNet", "one.test", port)) {
      assertEnds(client, "", "cannot connect to one.test:" + port + ": Connection refused\n", 1);
    }
  }

  @Test
  void outputThatItsReaderCloses() throws Exception {
    Watch.assumeLinuxWith("bash", "head");
    String script = "\"$@\" | head -c 1; exit ${PIPESTATUS[0]}";
    String[] arguments = {"DumbNet", "127.0.0.1", port};
    try (Child client = Child.inShell(script, List.of(), arguments).type("hello\n")) {
      try (Peer server = Peer.accept(listening)) {
        sendUntilItFails(server);
      }
      assertEnds(client, "x", "cannot write to standard output: Broken pipe", 1);
    }
  }

  @Test
  void aFullDisk() throws Exception {
    Watch.assumeLinuxWith("bash");
    String script = "exec \"$@\" > /dev/full";
    String[] arguments = {"DumbNet", "127.0.0.1", port};
    try (Child client = Child.inShell(script, List.of(), arguments).type("hello\n")) {
      try (Peer server = Peer.accept(listening)) {
        server.receiveLine();
        server.send("this fits nowhere\n");
        assertEnds(client, "", "cannot write to standard output: No space left on device", 1);
      }
    }
  }

  private Child connect(String... options) {
    String[] arguments = new String[options.length + 3];
    arguments[0] = "DumbNet";
    System.arraycopy(options, 0, arguments, 1, options.length);
    arguments[options.length + 1] = "127.0.0.1";
    arguments[options.length + 2] = port;
    return Child.of(arguments);
  }

  private static void sendUntilItFails(Peer server) {
    byte[] bytes = new byte[1 << 16];
    java.util.Arrays.fill(bytes, (byte) 'x');
    try {
      while (true) {
        server.send(bytes);
      }
    } catch (IOException e) {
      // The client has ended.
    }
  }

  private static void assertEnds(Child client, String output, String message, int status) {
    assertEquals(status, client.exitStatus(), client.err.text());
    assertEquals(output, client.out.text(), client.err.text());
    String notices = client.err.text();
    assertTrue(notices.contains(message), notices);
    assertTrue(!notices.contains("\tat ") && !notices.contains("Exception"), notices);
  }
}

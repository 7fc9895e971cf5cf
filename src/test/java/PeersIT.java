import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;

/**
 * The programs with the peers that they are made for (what is not installed is left out), and
 * DumbNet with one that sends anything.
 */
class PeersIT {
  /** What first programs look like: what arrives is the message, and there are no line endings. */
  private static final String PYTHON_CLIENT =
      """
      import socket, sys
      peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
      for line in sys.stdin:
          peer.sendall(line.strip().encode())
          print(peer.recv(1000).decode(), flush=True)
      """;

  @TempDir static Path directory;

  @AutoClose private final ServerSocket listening;

  private static byte[] page;

  PeersIT() throws IOException {
    listening = Peer.listen();
  }

  @BeforeAll
  static void writeFiles() throws IOException {
    page = new byte[1_000_000];
    new Random(1).nextBytes(page);
    Files.write(directory.resolve("page"), page);
    Files.writeString(directory.resolve("client.py"), PYTHON_CLIENT);
  }

  /** The server waits for header lines even in HTTP/0.9. */
  @ParameterizedTest
  @CsvSource({"-b, GET /page HTTP/1.0, (?s)HTTP/1.0 200 OK.*", "-N, GET /page, ''"})
  void dumbNetGetsAPageFromPython(String option, String request, String header) {
    try (Child server = command("python3 -u -m http.server --bind=127.0.0.1 -d DIRECTORY 0", 0)) {
      int port = server.out.awaitNumber("Serving HTTP on 127\\.0\\.0\\.1 port (\\d+) ");
      try (Child child = Child.of("DumbNet", option, "127.0.0.1", "" + port)) {
        child.type(request + "\n");
        assertEquals(0, child.exitStatus(), child.err.text());
        byte[] all = child.out.bytes();
        int start = all.length - page.length;
        assertTrue(new String(all, 0, start, ISO_8859_1).matches(header));
        assertArrayEquals(page, Arrays.copyOfRange(all, start, all.length));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nc -N 127.0.0.1 PORT", "socat -t 30 - TCP:127.0.0.1:PORT"})
  void clientsOfEchoServerGetBackWhatTheySent(String command) {
    try (Child server = Child.of("EchoServer", "0");
        Child client = command(command, server.port())) {
      client.type(page).endInput();
      assertEquals(0, client.exitStatus());
      assertArrayEquals(page, client.out.bytes());
      server.err.await(" left: 1000000 bytes echoed\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nc 127.0.0.1 PORT",
        "ncat 127.0.0.1 PORT",
        "telnet 127.0.0.1 PORT",
        "python3 DIRECTORY/client.py PORT"
      })
  void clientsHoldAConversation(String command) {
    try (Child server = Child.of("OneToOne", "--message-gap=0.2", "server", "0");
        Child client = command(command, server.port())) {
      converse(client, server);
      client.signal("TERM");
      server.err.await(" closed the connection\n");
      assertEquals("hello\nhow are you?\n", server.out.text());
      assertTrue(server.isRunning());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nc -v -l 127.0.0.1 0", "ncat -v -l 127.0.0.1 PORT"})
  void serversHoldAConversation(String command) {
    try (Child server = command(command, Peer.freePort())) {
      int port = server.err.awaitNumber("(?i)listening on \\S+[: ](\\d+)\n");
      try (Child client = Child.of("OneToOne", "--message-gap=0.2", "127.0.0.1", "" + port)) {
        converse(client, server);
        client.type("\n");
        assertEquals(0, client.exitStatus());
        assertEquals("and to you\nbye\n", client.out.text());
        assertEquals(0, server.exitStatus());
      }
    }
  }

  private static void converse(Child client, Child server) {
    client.type("hello\n");
    server.out.await("hello\n");
    server.type("and to you\n");
    client.out.await("and to you\n");
    client.type("how are you?\n");
    server.out.await("how are you?\n");
    server.type("bye\n");
    client.out.await("bye\n");
  }

  private static Child command(String command, int port) {
    String here = command.replace("DIRECTORY", directory.toString()).replace("PORT", "" + port);
    return Child.command(here.split(" "));
  }

  /** What is typed has no line ending either. */
  @Test
  void bytesThatAreNotTextPassBothWaysWhateverTheLocale() throws IOException {
    String all = "";
    for (char c = 0; c < 256; c++) {
      all += c;
    }
    String line = all.replace("\n", "");
    String script = "LC_ALL=C LANG=C exec \"$@\"";
    try (Child child =
            Child.inShell(script, List.of(), "DumbNet", "127.0.0.1", Peer.port(listening));
        Peer server = Peer.accept(listening)) {
      child.type(line.getBytes(ISO_8859_1)).endInput();
      server.send(all.getBytes(ISO_8859_1)).halfClose();
      assertEquals(line + "\r\n", new String(server.receiveAll(), ISO_8859_1));
      assertEquals(0, child.exitStatus());
      assertEquals(all, new String(child.out.bytes(), ISO_8859_1));
    }
  }

  /** What OneToOne takes for one message; it ends as a line. */
  @ParameterizedTest
  @CsvSource({"DumbNet -q, ''", "OneToOne -q --message-gap=0, '\n'"})
  void anythingAPeerSendsInAnySizesArrivesIntactInASmallHeap(String program, String end)
      throws IOException {
    Random random = new Random(20);
    byte[] data = new byte[12_000_000];
    random.nextBytes(data);
    for (int i = 0; i < data.length; i++) {
      data[i] = data[i] == '\n' ? 0 : data[i];
    }
    String[] words = (program + " 127.0.0.1 " + Peer.port(listening)).split(" ");
    try (Child child = Child.withJvm(List.of("-Xmx12m"), words);
        Peer server = Peer.accept(listening)) {
      child.type("send all\n").endInput();
      server.receiveLine();
      for (int next = 0; next < data.length; ) {
        // As many pieces of a few bytes as of a few hundred kilobytes.
        int size = (int) Math.exp(random.nextDouble() * Math.log(300_000));
        int last = Math.min(next + size, data.length);
        server.send(Arrays.copyOfRange(data, next, last));
        next = last;
      }
      server.halfClose();
      assertEquals(0, child.exitStatus(), child.err.text());
      byte[] all = child.out.bytes();
      assertEquals(-1, Arrays.mismatch(data, Arrays.copyOf(all, data.length)), "first wrong byte");
      assertEquals(end, new String(all, data.length, all.length - data.length, ISO_8859_1));
    }
  }

  /** So a server that answers before it has read all can block both: README says it. */
  @Test
  void nothingIsReadBeforeAllIsSent() throws IOException {
    listening.setReceiveBufferSize(1 << 12); // Then the sender's buffer stays small too.
    try (Child child = Child.of("DumbNet", "--trace", "127.0.0.1", Peer.port(listening));
        Peer server = Peer.accept(listening)) {
      server.send("an early answer\n");
      child.type("x".repeat(3_000_000) + "\n");
      assertEquals(1, server.receive(1).length);
      child.err.await("send(3000002 bytes) ...");
      child.signal("TERM");
      assertEquals(143, child.exitStatus());
      assertEquals("", child.out.text());
      assertEquals(0, child.err.count("send(3000002 bytes) ="), child.err.text());
    }
  }
}

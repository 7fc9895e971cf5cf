import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;

/** The programs with the peers that they are made for. What is not installed is left out. */
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

  private static byte[] page;

  @BeforeAll
  static void writeFiles() throws IOException {
    page = new byte[1_000_000];
    new Random(1).nextBytes(page);
    Files.write(directory.resolve("page"), page);
    Files.writeString(directory.resolve("client.py"), PYTHON_CLIENT);
  }

  @Test
  void dumbNetGetsFromPythonWhatCurlGets() {
    try (Child server =
        command("python3 -u -m http.server --bind=127.0.0.1 --directory=DIRECTORY 0", 0)) {
      int port = server.out.awaitNumber("Serving HTTP on 127\\.0\\.0\\.1 port (\\d+) ");
      try (Child curl = command("curl -s http://127.0.0.1:PORT/page", port);
          Child http10 = Child.of("DumbNet", "-b", "127.0.0.1", "" + port);
          // The server waits for header lines even in HTTP/0.9.
          Child http09 = Child.of("DumbNet", "-N", "127.0.0.1", "" + port)) {
        assertEquals(0, curl.exitStatus());
        byte[] body = curl.out.bytes();
        assertArrayEquals(page, body);
        http10.type("GET /page HTTP/1.0\n");
        assertEquals(0, http10.exitStatus(), http10.err.text());
        byte[] answer = http10.out.bytes();
        String header = new String(answer, 0, answer.length - body.length, ISO_8859_1);
        assertTrue(header.matches("(?s)HTTP/1\\.[01] 200 OK\r\n.*\r\n\r\n"), header);
        assertArrayEquals(body, Arrays.copyOfRange(answer, header.length(), answer.length));
        http09.type("GET /page\n");
        assertEquals(0, http09.exitStatus(), http09.err.text());
        assertArrayEquals(body, http09.out.bytes());
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
}

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Capture;
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

  private static final String PYTHON_SERVER =
      """
      import socket, sys
      listening = socket.create_server(("127.0.0.1", 0))
      print("listening on port", listening.getsockname()[1], file=sys.stderr, flush=True)
      peer, address = listening.accept()
      while True:
          message = peer.recv(1000)
          if not message:
              break
          print(message.decode(), flush=True)
          peer.sendall(sys.stdin.readline().strip().encode())
      """;

  @Test
  void dumbNetGetsFromPythonWhatCurlGets(@TempDir Path directory) throws IOException {
    try (Child server =
        Child.command(
            "python3",
            "-u",
            "-m",
            "http.server",
            "--bind=127.0.0.1",
            "--directory=" + directory,
            "0")) {
      int port = number(server.out, "Serving HTTP on 127\\.0\\.0\\.1 port (\\d+) ");
      getsWhatCurlGets(directory, port, "-N"); // It waits for header lines even in HTTP/0.9.
    }
  }

  @Test
  void dumbNetGetsFromNginxWhatCurlGets(@TempDir Path directory) throws IOException {
    int port = freePort();
    Path configuration =
        Files.writeString(
            directory.resolve("nginx.conf"),
            String.format(
                """
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log stderr notice;
                events {}
                http {
                  access_log off;
                  client_body_temp_path tmp;
                  proxy_temp_path tmp;
                  fastcgi_temp_path tmp;
                  uwsgi_temp_path tmp;
                  scgi_temp_path tmp;
                  server {
                    listen 127.0.0.1:%d;
                    root .;
                  }
                }
                """,
                port));
    try (Child server =
        Child.command(
            "/usr/sbin/nginx", "-p", directory.toString(), "-c", configuration.toString())) {
      server.err.await("event method"); // It listens already when it says how it will wait.
      getsWhatCurlGets(directory, port, "-q");
    }
  }

  private static void getsWhatCurlGets(Path directory, int port, String http09Option)
      throws IOException {
    byte[] page = randomBytes(200_000);
    Files.write(directory.resolve("page"), page);
    byte[] body;
    try (Child curl = Child.command("curl", "-s", "http://127.0.0.1:" + port + "/page")) {
      assertEquals(0, curl.exitStatus());
      body = curl.out.bytes();
    }
    assertArrayEquals(page, body);
    try (Child http10 = Child.of("DumbNet", "-b", "127.0.0.1", String.valueOf(port))) {
      http10.type("GET /page HTTP/1.0\n");
      assertEquals(0, http10.exitStatus(), http10.err.text());
      byte[] answer = http10.out.bytes();
      String header = new String(answer, 0, answer.length - body.length, ISO_8859_1);
      assertTrue(header.matches("(?s)HTTP/1\\.[01] 200 OK\r\n.*\r\n\r\n"), header);
      assertArrayEquals(body, Arrays.copyOfRange(answer, header.length(), answer.length));
    }
    try (Child http09 = Child.of("DumbNet", http09Option, "127.0.0.1", String.valueOf(port))) {
      http09.type("GET /page\n");
      assertEquals(0, http09.exitStatus(), http09.err.text());
      assertArrayEquals(body, http09.out.bytes());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nc -N 127.0.0.1 %d", "socat -t 30 - TCP:127.0.0.1:%d"})
  void clientsOfEchoServerGetBackWhatTheySent(String command) {
    byte[] data = randomBytes(1_000_000);
    try (Child server = Child.of("EchoServer", "0");
        Child client = command(command, server.port())) {
      client.type(data).endInput();
      assertEquals(0, client.exitStatus());
      assertArrayEquals(data, client.out.bytes());
      server.err.await(" left: 1000000 bytes echoed\n");
    }
  }

  @Test
  void aChatWithEchoServer() {
    try (Child server = Child.of("EchoServer", "0");
        Child client = Child.of("OneToOne", "127.0.0.1", String.valueOf(server.port()))) {
      client.type("hello\n");
      client.out.await("hello\n");
      client.type("is there an echo?\n\n");
      assertEquals(0, client.exitStatus());
      assertEquals("hello\nis there an echo?\n", client.out.text());
      server.err.await(" left: 24 bytes echoed\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nc 127.0.0.1 %d", "ncat 127.0.0.1 %d", "telnet 127.0.0.1 %d"})
  void clientsHoldAConversation(String command) {
    try (Child server = Child.of("OneToOne", "server", "0");
        Child client = command(command, server.port())) {
      converse(client, server);
      client.signal("TERM");
      goesOn(server);
    }
  }

  @Test
  void aPythonClientWithoutLineEndingsHoldsAConversation() {
    try (Child server = Child.of("OneToOne", "--message-gap=0.2", "server", "0");
        Child client =
            Child.command("python3", "-c", PYTHON_CLIENT, String.valueOf(server.port()))) {
      converse(client, server);
      client.endInput();
      assertEquals(0, client.exitStatus());
      goesOn(server);
    }
  }

  @Test
  void ncAsServerHoldsAConversation() {
    try (Child server = Child.command("nc", "-v", "-l", "127.0.0.1", "0")) {
      converseWith(server, number(server.err, "Listening on \\S+ (\\d+)\n"));
    }
  }

  @Test
  void ncatAsServerHoldsAConversation() throws IOException {
    int port = freePort();
    try (Child server = Child.command("ncat", "-v", "-l", "127.0.0.1", String.valueOf(port))) {
      server.err.await("Listening on 127.0.0.1:" + port);
      converseWith(server, port);
    }
  }

  @Test
  void aPythonServerWithoutLineEndingsHoldsAConversation() {
    try (Child server = Child.command("python3", "-c", PYTHON_SERVER)) {
      converseWith(server, number(server.err, "listening on port (\\d+)\n"));
      assertEquals(0, server.exitStatus());
    }
  }

  private static void converseWith(Child server, int port) {
    try (Child client =
        Child.of("OneToOne", "--message-gap=0.2", "127.0.0.1", String.valueOf(port))) {
      converse(client, server);
      assertEquals("and to you\nbye\n", client.out.text());
      client.type("\n");
      assertEquals(0, client.exitStatus());
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

  private static void goesOn(Child server) {
    assertEquals("hello\nhow are you?\n", server.out.text());
    server.err.await(" closed the connection\n");
    assertTrue(server.isRunning());
  }

  private static Child command(String format, int port) {
    return Child.command(String.format(format, port).split(" "));
  }

  /** Waits for a number that a program says. */
  private static int number(Capture output, String regex) {
    Pattern pattern = Pattern.compile(regex);
    String text = output.await("'" + regex + "'", t -> pattern.matcher(t).find());
    Matcher matcher = pattern.matcher(text);
    matcher.find();
    return Integer.parseInt(matcher.group(1));
  }

  /** For programs that can't tell which port the system chose. */
  private static int freePort() throws IOException {
    try (ServerSocket free = Peer.listen()) {
      return free.getLocalPort();
    }
  }

  private static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}

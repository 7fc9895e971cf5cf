import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cli.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Capture;
import testkit.Peer;

class EchoServerTest {
  private static Running echoServer(String... options) {
    return Running.of(
        EchoServer::new, (String.join(" ", options) + " --bind 127.0.0.1 0").trim().split(" +"));
  }

  private static String lines(String... lines) {
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }

  private static String name(Peer client) {
    return "127.0.0.1:" + client.socket.getLocalPort();
  }

  private static void assertEchoed(String text, Peer client) throws IOException {
    client.send(text);
    assertEquals(text, new String(client.receive(text.getBytes(UTF_8).length), UTF_8));
  }

  @Test
  void noticesSayWhoCameAndWentAndHowMuchWasEchoed() throws IOException {
    Running server = echoServer("--threads=platform");
    try (Peer client = Peer.connect(server.port())) {
      assertEchoed("hello\n", client);
      client.halfClose();
      assertEquals(0, client.receiveAll().length);
      server.err.await(" echoed");
      assertEquals(
          lines(
              "EchoServer: listening on 127.0.0.1:"
                  + server.port()
                  + ", a platform thread for each client",
              "EchoServer: " + name(client) + " connected",
              "EchoServer: " + name(client) + " left: 6 bytes echoed"),
          server.err.text());
    }
    assertEquals("", server.out.text());
  }

  @Test
  void everythingIsSentBackBeforeAHalfClosedConnectionIsClosed() throws Exception {
    Running server = echoServer();
    int port = server.port();
    List<FutureTask<Void>> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Random random = new Random(i);
      FutureTask<Void> client =
          new FutureTask<>(
              () -> {
                exchange(port, random);
                return null;
              });
      clients.add(client);
      new Thread(client).start();
    }
    for (FutureTask<Void> client : clients) {
      client.get(Capture.DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Sends random bytes in random pieces, and reads meanwhile. */
  private static void exchange(int port, Random random) throws Exception {
    byte[] bytes = new byte[random.nextInt(1_000_000)];
    random.nextBytes(bytes);
    try (Peer peer = Peer.connect(port)) {
      Thread sender =
          new Thread(
              () -> {
                try {
                  for (int at = 0, length; at < bytes.length; at += length) {
                    int limit = random.nextInt(3) > 0 ? 100 : 300_000;
                    length = Math.min(1 + random.nextInt(limit), bytes.length - at);
                    peer.socket.getOutputStream().write(bytes, at, length);
                  }
                  peer.halfClose();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      sender.start();
      assertArrayEquals(bytes, peer.receiveAll());
      sender.join();
    }
  }

  @Test
  void clientsAreServedAtOnce() throws IOException {
    Running server = echoServer();
    try (Peer one = Peer.connect(server.port());
        Peer two = Peer.connect(server.port())) {
      assertEchoed("two", two);
      assertEchoed("one", one);
      assertEchoed("two", two);
    }
  }

  @Test
  void aResetIsOneClientsAffair() throws IOException {
    Running server = echoServer();
    try (Peer stays = Peer.connect(server.port())) {
      Peer resets = Peer.connect(server.port());
      assertEchoed("x", resets);
      resets.reset();
      server.err.await(
          lines(
              "EchoServer: connection to "
                  + name(resets)
                  + " lost: Connection reset: 1 byte echoed"));
      assertEchoed("still here", stays);
    }
  }

  @Test
  void maxClientsLimitsHowManyAreServedAtOnce() throws IOException {
    Running server = echoServer("--max-clients=1");
    Peer one = Peer.connect(server.port());
    assertEchoed("one", one);
    try (Peer two = Peer.connect(server.port()).send("two")) {
      assertEchoed("one", one);
      String said = server.err.text();
      assertFalse(said.contains(name(two)), said);
      one.close();
      assertEquals("two", new String(two.receive(3), UTF_8));
      assertEquals(
          lines(
              "EchoServer: " + name(one) + " connected",
              "EchoServer: " + name(one) + " left: 6 bytes echoed",
              "EchoServer: " + name(two) + " connected"),
          server.err.text().replaceFirst(".*\\R", ""));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-i", "--idle-timeout"})
  void anIdleClientIsClosed(String option) throws IOException {
    Running server = echoServer(option, "0.2");
    try (Peer client = Peer.connect(server.port())) {
      assertEquals(0, client.receiveAll().length);
      server.err.await(
          lines(
              "EchoServer: connection to "
                  + name(client)
                  + " closed: no progress for 0.2 s: 0 bytes echoed"));
    }
  }

  @Test
  void whoWantsQuietGetsOnlyTheReportsHeAskedFor() {
    Running server = echoServer("-q", "--report=0.1");
    String report = "EchoServer: 0 clients now, 0 clients served, 0 bytes echoed, 0.0 MB/s";
    server.err.await(lines(report, report));
    assertTrue(server.err.text().startsWith(report), server.err.text());
  }

  @Test
  void aTraceNarratesTheThreadsOfTheServer() throws IOException {
    Running server = echoServer("--trace");
    try (Peer client = Peer.connect(server.port())) {
      assertEchoed("hello\n", client);
      server.err.await(" main      accept() = " + name(client) + " after ");
      server.err.await(" client-1  recv() = 6 bytes after ");
      server.err.await(" client-1  send(6 bytes) = ok after ");
      server.err.await(
          "its next recv()", text -> text.indexOf("recv() ...", text.indexOf("= ok")) > 0);
    }
    server.err.await(" client-1  recv() = end of stream after ");
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void autoGivesVirtualThreads() {
    echoServer().err.await(", a virtual thread for each client");
    echoServer("--threads=VIRTUAL").err.await(", a virtual thread for each client");
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_20)
  void virtualThreadsAreAUsageErrorWhereThereAreNone() {
    echoServer().err.await(", a platform thread for each client");
    assertUsageError(
        "EchoServer: invalid --threads: this JVM has no virtual threads (Java 21 does)",
        "--threads=virtual",
        "0");
  }

  @Test
  void bindsAllAddressesByDefault() {
    Running server = Running.of(EchoServer::new, "0");
    server.err.await("EchoServer: listening on 0.0.0.0:" + server.port() + ", a ");
  }

  @Test
  void aPortThatIsTakenIsAFailure() throws IOException {
    try (ServerSocket taken = Peer.listen()) {
      String port = String.valueOf(taken.getLocalPort());
      Running server = Running.of(EchoServer::new, "--bind=127.0.0.1", port);
      assertEquals(1, server.status());
      assertEquals(
          lines("EchoServer: cannot listen on 127.0.0.1:" + port + ": Address already in use"),
          server.err.text());
    }
  }

  @Test
  void anUnknownAddressIsAFailure() {
    Running server = Running.of(EchoServer::new, "--bind=no.such.host.invalid", "0");
    assertEquals(1, server.status());
    assertEquals(
        lines("EchoServer: cannot resolve no.such.host.invalid: unknown host"), server.err.text());
  }

  private static void assertUsageError(String line, String... args) {
    Running server = Running.of(EchoServer::new, args);
    assertEquals(2, server.status());
    String text = server.err.text();
    assertTrue(text.startsWith(lines(line) + "Usage: EchoServer "), text);
    assertTrue(text.endsWith(lines(" PORT")), text);
    assertEquals("", server.out.text());
  }

  @Test
  void usageErrors() {
    assertUsageError("EchoServer: invalid PORT: 'abc' is not a port number (0-65535)", "abc");
    assertUsageError("EchoServer: invalid PORT: '65536' is not a port number (0-65535)", "65536");
    assertUsageError("EchoServer: Missing required parameter: 'PORT'");
    assertUsageError("EchoServer: Unmatched argument at index 1: 'x'", "0", "x");
    assertUsageError(
        "EchoServer: invalid --max-clients: '0' is not a positive number (1-2147483647)",
        "--max-clients=0",
        "0");
    assertUsageError(
        "EchoServer: invalid --max-clients: 'x' is not a positive number (1-2147483647)",
        "--max-clients=x",
        "0");
    assertUsageError(
        "EchoServer: invalid --idle-timeout: 'x' is not a number of seconds (0-2147483.647)",
        "-ix",
        "0");
    assertUsageError(
        "EchoServer: invalid --report: '-1' is not a number of seconds (0-2147483.647)",
        "--report=-1",
        "0");
    assertUsageError(
        "EchoServer: invalid --threads: 'green' is not one of auto, virtual, platform",
        "--threads=green",
        "0");
  }

  @Test
  void helpAndVersionGoToStandardOutput() {
    Running help = Running.of(EchoServer::new, "-h");
    assertEquals(0, help.status());
    for (String part :
        new String[] {
          "Usage: EchoServer [",
          "--bind=ADDRESS",
          "-i, --idle-timeout=SECONDS",
          "--max-clients=N",
          "--report=SECONDS",
          "--threads=KIND",
          "Exit status:",
          "  java -cp blocking-sockets.jar EchoServer 7000"
        }) {
      assertTrue(help.out.text().contains(part), part + " in " + help.out.text());
    }
    Running version = Running.of(EchoServer::new, "-V");
    assertEquals(0, version.status());
    assertTrue(version.out.text().matches("EchoServer \\S.*\\R"), version.out.text());
    assertEquals("", help.err.text() + version.err.text());
  }
}

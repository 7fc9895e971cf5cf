import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static testkit.Capture.lines;

import cli.Running;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Peer;
import testkit.Watch;

class EchoServerTest {
  private final EchoServer program = new EchoServer();
  private Running server;

  private int start(String options) {
    server = Running.of(program, (options + " --bind=127.0.0.1 0").trim().split(" +"));
    return server.err.awaitPort();
  }

  /** As a signal does; ends all that the server has started. */
  @AfterEach
  void close() {
    if (server != null) {
      server.signal();
      assertEquals(0, server.status());
    }
  }

  private static void assertEchoed(String text, Peer client) throws IOException {
    assertEquals(text, new String(client.send(text).receive(text.length()), UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--threads=Virtual"})
  void noticesSayWhichClientCameAndLeftAndTheNextWaitsForItsPlace(String threads)
      throws IOException {
    boolean virtual = !threads.isEmpty();
    Watch.assume(!virtual || Runtime.version().feature() >= 21, "this JVM has no virtual threads");
    int port = start("--max-clients=1 " + threads);
    try (Peer one = Peer.connect(port);
        Peer two = Peer.connect(port).send("two")) {
      assertEchoed("hello\n", one);
      one.halfClose();
      assertEquals(0, one.receiveAll().length);
      assertEquals("two", new String(two.receive(3), UTF_8));
      server.err.await(two.name());
      String kind = virtual ? ", a virtual" : ", a platform";
      assertEquals(
          lines(
              "EchoServer: listening on 127.0.0.1:" + port + kind + " thread for each client",
              "EchoServer: " + one.name() + " connected",
              "EchoServer: " + one.name() + " left: 6 bytes echoed",
              "EchoServer: " + two.name() + " connected"),
          server.err.text());
    }
    assertEquals("", server.out.text());
  }

  @Test
  void everythingIsSentBackBeforeAHalfClosedConnectionIsClosed() throws Exception {
    byte[] bytes = new byte[20_000_000];
    new Random(1).nextBytes(bytes);
    try (Peer client = Peer.connect(start(""))) {
      FutureTask<Peer> sending = new FutureTask<>(() -> client.send(bytes).halfClose());
      new Thread(sending).start();
      assertArrayEquals(bytes, client.receiveAll());
      sending.get();
    }
  }

  @Test
  void anIdleClientIsClosedAndAReportComesAtItsInterval() throws IOException {
    try (Peer client = Peer.connect(start("-i 0.2 --report=0.1"))) {
      assertEquals(0, client.receiveAll().length);
      String idle = " closed: no progress for 0.2 s: 0 bytes echoed\n";
      server.err.await("EchoServer: connection to " + client.name() + idle);
      String report = "EchoServer: 0 clients now, 1 client served, 0 bytes echoed, 0.0 MB/s";
      server.err.await(lines(report, report));
    }
  }

  @Test
  void aReportHasTheRateSinceTheOneBefore() throws IOException {
    int port = start("");
    program.report();
    server.err.await("0 clients now, 0 clients served, 0 bytes echoed, 0.0 MB/s\n");
    byte[] piece = new byte[50_000];
    long before = 0;
    long after = 0;
    for (int i = 1; i <= 3; i++) {
      try (Peer client = Peer.connect(port)) {
        for (int k = 0; k < 80; k++) {
          client.send(piece).receive(piece.length);
        }
      }
      server.err.await(i, " left: 4000000 bytes echoed");
      final long lastBefore = before;
      final long lastAfter = after;
      before = System.nanoTime();
      program.report();
      after = System.nanoTime();
      String start = i + " client" + (i == 1 ? "" : "s") + " served, " + 4_000_000 * i;
      String report = server.err.await(start).split(start)[1];
      String rate = report.replaceFirst("(?s) bytes echoed, (\\d+\\.\\d) MB/s\n.*", "$1");
      if (i > 1) { // The time of the report before it is known.
        assertTrue(Double.parseDouble(rate) >= 4e9 / (after - lastBefore) - 0.1, report);
        assertTrue(Double.parseDouble(rate) <= 4e9 / (before - lastAfter) + 0.1, report);
      }
    }
  }

  @Test
  void theBufferOfAClientThatFillsItGrows() throws Exception {
    int last = 1 << 16;
    try (Peer client = Peer.connect(start("-t"))) {
      Thread flood = client.flood();
      for (int i = 0; i < 300 && server.err.count("recv() = " + last + " bytes") < 5; i++) {
        client.receive(1 << 16);
      }
      client.reset();
      flood.join();
    }
    Stream<MatchResult> results =
        Pattern.compile("recv\\(\\) = (\\d+) bytes").matcher(server.err.text()).results();
    List<Integer> received = results.map(result -> Integer.valueOf(result.group(1))).toList();
    assertEquals(List.of(1 << 10, 1 << 13), received.subList(0, 2));
    assertEquals(last, Collections.max(received));
  }

  @Test
  void aSignalEndsListeningAndOnlyTheTotalsAreSaid() throws IOException {
    int port = start("-t --threads=platform");
    try (Peer client = Peer.connect(port)) {
      assertEchoed("hello", client);
      server.err.await(2, "recv() ..."); // and so what was sent has been counted
      server.signal();
      String totals = "EchoServer: stopped: 1 client served, 5 bytes echoed\n";
      assertTrue(server.err.text().contains(totals), server.err.text());
      assertEquals(0, server.status());
      assertThrows(IOException.class, () -> Peer.connect(port));
    }
    Watch.until("no client is served", () -> !isServing());
    assertEquals(3, server.err.count("EchoServer: "), server.err.text());
  }

  private static boolean isServing() {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(java.util.Arrays::stream)
        .anyMatch(frame -> frame.getClassName().equals("EchoServer"));
  }
}

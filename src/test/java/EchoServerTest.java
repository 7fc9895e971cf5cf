import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static testkit.Capture.lines;

import cli.Running;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Peer;
import testkit.Trace;
import testkit.Watch;

class EchoServerTest {
  private EchoServer program;
  private Running server;

  private int start(String options) {
    String[] arguments = (options + " --bind=127.0.0.1 0").trim().split(" +");
    server = Running.of(console -> program = new EchoServer(console), arguments);
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
  void everythingIsSentBackBeforeAHalfClosedConnectionIsClosedAndTheBufferGrows() throws Exception {
    byte[] bytes = new byte[20_000_000];
    new Random(1).nextBytes(bytes);
    try (Peer client = Peer.connect(start("-t"))) {
      FutureTask<Peer> sending = new FutureTask<>(() -> client.send(bytes).halfClose());
      new Thread(sending).start();
      assertArrayEquals(bytes, client.receiveAll());
      sending.get();
    }
    List<String> calls = Trace.of("client-1", server.err.text());
    assertEquals("recv() = 1024 bytes", calls.get(1));
    assertEquals("send(1024 bytes) = ok", calls.get(3), "a message of 1 KiB is one piece");
    assertEquals("recv() = 8192 bytes", calls.get(5));
    assertTrue(calls.contains("recv() = 65536 bytes"));
    assertTrue(calls.stream().noneMatch(call -> call.matches(".* = [0-9]{6,} bytes")));
  }

  @Test
  void aReportHasTheRateSinceTheOneBefore() throws IOException {
    int port = start("");
    long[] before = new long[2];
    long[] after = new long[2];
    for (int i = 0; i < 2; i++) {
      try (Peer client = Peer.connect(port)) {
        for (int k = 0; k < 40; k++) {
          client.send(new byte[50_000]).receive(50_000);
        }
      }
      server.err.await(i + 1, " left: 2000000 bytes echoed\n");
      before[i] = System.nanoTime();
      program.report();
      after[i] = System.nanoTime();
    }
    String last = "(?s).*, 2 clients served, 4000000 bytes echoed, (.*) MB/s\n";
    double rate = Double.parseDouble(server.err.text().replaceFirst(last, "$1"));
    assertTrue(rate >= 2e9 / (after[1] - before[0]) - 0.1, rate + " MB/s");
    assertTrue(rate <= 2e9 / (before[1] - after[0]) + 0.1, rate + " MB/s");
  }

  @Test
  void aSignalEndsListeningAndTheTotalsAreSaid() throws IOException {
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
  }
}

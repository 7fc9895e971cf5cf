package sockets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Peer;
import testkit.Watch;

class ServerTest {
  private final Executor threadEach = Threads.PLATFORM.perConnection();

  private final BlockingQueue<String> warnings = new LinkedBlockingQueue<>();

  @AutoClose private Server server;

  @BeforeEach
  void listen() throws IOException {
    server = Server.listen(new BlockingCalls(null), "127.0.0.1", 0, warnings::add);
  }

  private int port() {
    return Integer.parseInt(server.address().replaceFirst(".*:", ""));
  }

  private Peer connect() throws IOException {
    return Peer.connect(port());
  }

  /** Serves in a thread of its own, until the server is closed. */
  private Thread serve(int maxClients, Executor threads, Server.Handler handler) {
    return start(() -> server.serve(maxClients, Duration.ZERO, threads, handler));
  }

  private static Thread start(Runnable serving) {
    Thread thread = Threads.daemon(serving, "accepts in a test");
    thread.start();
    return thread;
  }

  private static void echo(Connection client) throws IOException {
    byte[] buffer = new byte[1000];
    for (int count; (count = client.receive(buffer, Duration.ZERO)) >= 0; ) {
      client.send(buffer, count);
    }
  }

  private void assertWarned(String client, String why) throws InterruptedException {
    assertEquals("closed " + client + ": " + why, warnings.take());
  }

  /** A client can have its bytes before the server has counted them. */
  private void awaitTotals(int active, long served, long sent) {
    Totals totals = new Totals(active, served, sent);
    Watch.until(totals.toString(), () -> server.totals().equals(totals));
  }

  private static void assertEchoed(String text, Peer client) throws IOException {
    client.send(text);
    assertEquals(text, new String(client.receive(text.length()), UTF_8));
  }

  @Test
  void aPortThatIsTakenIsSaid() {
    IOException e =
        assertThrows(
            IOException.class,
            () -> Server.listen(new BlockingCalls(null), "127.0.0.1", port(), warnings::add));
    assertEquals(
        "cannot listen on 127.0.0.1:" + port() + ": Address already in use", e.getMessage());
  }

  @Test
  void aNumberedThreadEachServesClientsAtOnceAndTotalsAreExact() throws Exception {
    BlockingQueue<String> names = new LinkedBlockingQueue<>();
    serve(
        Integer.MAX_VALUE,
        threadEach,
        client -> {
          names.add(Thread.currentThread().getName());
          echo(client);
        });
    try (Peer one = connect();
        Peer two = connect()) {
      assertEquals(Set.of("client-1", "client-2"), Set.of(names.take(), names.take()));
      assertEchoed("a", one);
      assertEchoed("bb", two);
      assertEchoed("ccc", one);
      awaitTotals(2, 2, 6);
      one.halfClose();
      awaitTotals(1, 2, 6);
    }
  }

  /** Also after clients that could not be served: each gives its place back, and once. */
  @Test
  void maxClientsAdmitsTheNextOnlyWhenOneLeaves() throws Exception {
    AtomicInteger started = new AtomicInteger();
    Executor noFirstThread =
        task -> {
          if (started.incrementAndGet() == 2) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          threadEach.execute(task);
        };
    Thread accepting = serve(2, noFirstThread, ServerTest::echo);
    try (Peer refused = connect()) {
      assertEquals(0, refused.receiveAll().length);
      assertWarned(refused.name(), "unable to create native thread");
    }
    try (Peer one = connect();
        Peer two = connect();
        Peer three = connect().send("early")) {
      assertEchoed("one", one);
      assertEchoed("two", two);
      // One that accepts is RUNNABLE for Java.
      Watch.until("it waits for a place", () -> accepting.getState() == Thread.State.WAITING);
      assertEquals(2, server.totals().active());
      one.halfClose();
      assertEquals("early", new String(three.receive(5), UTF_8));
      server.close();
      assertEchoed("two", two); // whom that does not concern
      two.halfClose();
      accepting.join(); // as there is a place
    }
  }

  @Test
  void aServerThatIsClosedEndsServeAndIsNoUse() throws Exception {
    Thread accepting = serve(Integer.MAX_VALUE, threadEach, ServerTest::echo);
    try (Peer client = connect()) {
      assertEchoed("x", client);
      server.close();
      accepting.join();
      assertEchoed("y", client); // whom that does not concern
    }
    assertThrows(IOException.class, this::connect);
    server.serve(Integer.MAX_VALUE, Duration.ZERO, threadEach, ServerTest::echo);
  }

  @Test
  void aShortageOfDescriptorsIsSaidOnceAndTriesBecomeRare() throws IOException {
    AtomicInteger failures = new AtomicInteger(7);
    ServerSocket scarce =
        new ServerSocket(0, 2, InetAddress.getLoopbackAddress()) {
          @Override
          public Socket accept() throws IOException {
            if (failures.getAndDecrement() > 0) {
              throw new SocketException("Too many open files");
            }
            return super.accept();
          }
        };
    try (Server poor = new Server(scarce, warnings::add);
        Peer one = Peer.connect(scarce.getLocalPort());
        Peer two = Peer.connect(scarce.getLocalPort())) {
      long start = System.nanoTime();
      assertEquals(one.name(), poor.accept().name());
      // 5 + 10 + 20 + 40 + 80 + 160 + 320 ms; without the doubling it were 35 ms.
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertTrue(millis >= 500, "7 tries in " + millis + " ms");
      failures.set(1);
      assertEquals(two.name(), poor.accept().name());
      failures.set(1);
      scarce.close();
      assertNull(poor.accept());
    }
    assertEquals(
        List.of("cannot accept: Too many open files: new clients wait"), List.copyOf(warnings));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Java heap space", "Input/output error"})
  void aHandlerThatFailsCostsOnlyItsClient(String why) throws Exception {
    AtomicInteger handled = new AtomicInteger();
    serve(
        1,
        Runnable::run,
        client -> {
          if (handled.incrementAndGet() == 1) {
            if (why.startsWith("Java")) {
              throw new OutOfMemoryError(why);
            }
            throw new IOException(why);
          }
          echo(client);
        });
    try (Peer one = connect();
        Peer two = connect()) {
      assertEquals(0, one.receiveAll().length);
      assertWarned(one.name(), why);
      assertEchoed("two", two);
    }
  }

  @Test
  void aTaskRunsAgainAndAgainEvenIfItFailsUntilTheServerIsClosed() throws Exception {
    BlockingQueue<Thread> runs = new LinkedBlockingQueue<>();
    long start = System.nanoTime();
    server.every(
        Duration.ofMillis(100),
        () -> {
          runs.add(Thread.currentThread());
          throw new IllegalStateException("a bad day");
        });
    Thread thread = runs.take();
    assertEquals("timer", thread.getName());
    assertTrue(thread.isDaemon());
    assertEquals("a task failed: java.lang.IllegalStateException: a bad day", warnings.take());
    assertSame(thread, runs.take());
    assertSame(thread, runs.take());
    assertTrue(System.nanoTime() - start >= 300_000_000, "an interval before each run");
    server.close();
    thread.join();
  }

  @Test
  void aClientThatMakesNoProgressIsClosed() throws Exception {
    Duration idle = Duration.ofMillis(100);
    byte[] bytes = new byte[1 << 20]; // more than the system may hold for one that is watched
    start(() -> server.serve(9, idle, threadEach, client -> client.send(bytes, bytes.length)));
    try (Peer client = Peer.withSmallBuffers(port())) {
      String name = client.name();
      assertWarned(name, "connection to " + name + " closed: no progress for 0.1 s");
    }
  }
}

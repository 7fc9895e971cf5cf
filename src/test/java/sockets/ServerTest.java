package sockets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import testkit.Capture;
import testkit.Peer;

class ServerTest {
  private static final Executor THREAD_EACH = Threads.PLATFORM.perConnection();

  private final BlockingQueue<String> warnings = new LinkedBlockingQueue<>();

  /** How each connection ended. */
  private final BlockingQueue<String> endings = new LinkedBlockingQueue<>();

  private final AtomicInteger serving = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private Server server;
  private int port;

  @BeforeEach
  void listen() throws IOException {
    server = Server.listen(new BlockingCalls(), "127.0.0.1", 0, warnings::add);
    port = server.port();
  }

  @AfterEach
  void close() {
    server.close();
  }

  private FutureTask<Thread> serve(int maxClients, Executor threads, Server.Handler handler) {
    return start(
        () -> {
          server.serve(maxClients, threads, handler);
          return Thread.currentThread();
        });
  }

  private static <T> FutureTask<T> start(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private static <T> T result(FutureTask<T> task) throws Exception {
    return task.get(Capture.DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  private static String next(BlockingQueue<String> queue) throws InterruptedException {
    return String.valueOf(queue.poll(Capture.DEADLINE_SECONDS, TimeUnit.SECONDS));
  }

  private void echo(Connection client) {
    mostAtOnce.accumulateAndGet(serving.incrementAndGet(), Math::max);
    String ending = "left";
    try {
      byte[] buffer = new byte[1000];
      for (int count; (count = client.receive(buffer)) >= 0; ) {
        client.send(buffer, count);
      }
    } catch (IOException e) {
      ending = e.getMessage();
    }
    serving.decrementAndGet();
    endings.add(ending);
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
            () -> Server.listen(new BlockingCalls(), "127.0.0.1", port, warnings::add));
    assertEquals("cannot listen on 127.0.0.1:" + port + ": Address already in use", e.getMessage());
  }

  @Test
  void anUnknownAddressIsSaid() {
    IOException e =
        assertThrows(
            IOException.class,
            () -> Server.listen(new BlockingCalls(), "no.such.host.invalid", 0, warnings::add));
    assertEquals("cannot resolve no.such.host.invalid: unknown host", e.getMessage());
  }

  @Test
  void aServerThatCannotListenClosesItsSocket() throws IOException {
    ServerSocket socket = new ServerSocket();
    BlockingCalls calls =
        new BlockingCalls() {
          @Override
          public ServerSocket serverSocket() {
            return socket;
          }
        };
    assertThrows(IOException.class, () -> Server.listen(calls, "127.0.0.1", port, warnings::add));
    assertTrue(socket.isClosed());
  }

  @Test
  void theAddressIsTheOneItWasBoundTo() throws IOException {
    try (Server ipv6 = Server.listen(new BlockingCalls(), "::1", 0, warnings::add);
        Server any = Server.listen(new BlockingCalls(), "0.0.0.0", 0, warnings::add)) {
      assertTrue(ipv6.address().matches("\\[::1]:[1-9]\\d*"), ipv6.address());
      assertTrue(any.address().matches("0\\.0\\.0\\.0:[1-9]\\d*"), any.address());
    }
  }

  @Test
  void clientsWaitInTheBacklogBeforeAnybodyAccepts() throws Exception {
    try (Peer client = Peer.connect(port)) {
      client.send("early");
      serve(1, Runnable::run, this::echo);
      assertEquals("early", new String(client.receive(5), UTF_8));
    }
  }

  @Test
  void manyClientsCanWait() throws Exception {
    List<Peer> clients = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      clients.add(Peer.connect(port));
    }
    serve(Integer.MAX_VALUE, THREAD_EACH, this::echo);
    for (Peer client : clients) {
      assertEchoed("x", client);
      client.close();
    }
  }

  @Test
  void theAcceptingThreadItselfServesOneAfterTheOther() throws Exception {
    BlockingQueue<Thread> servedBy = new LinkedBlockingQueue<>();
    FutureTask<Thread> accepting =
        serve(
            1,
            Runnable::run,
            client -> {
              servedBy.add(Thread.currentThread());
              echo(client);
            });
    List<Peer> clients = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      clients.add(Peer.connect(port).send("early"));
    }
    for (Peer client : clients) {
      assertEquals("early", new String(client.receive(5), UTF_8));
      client.halfClose();
      assertEquals(0, client.receiveAll().length);
      client.close();
    }
    server.close();
    Thread acceptor = result(accepting);
    assertEquals(5, servedBy.size());
    servedBy.forEach(thread -> assertSame(acceptor, thread));
    assertEquals(1, mostAtOnce.get());
  }

  @Test
  void theServerClosesAConnectionWhenItsHandlerHasReturned() throws Exception {
    serve(1, Runnable::run, client -> {});
    for (int i = 0; i < 3; i++) {
      try (Peer client = Peer.connect(port)) {
        assertEquals(0, client.receiveAll().length);
      }
    }
  }

  @Test
  void aThreadEachServesClientsAtOnce() throws Exception {
    serve(Integer.MAX_VALUE, THREAD_EACH, this::echo);
    try (Peer one = Peer.connect(port);
        Peer two = Peer.connect(port);
        Peer three = Peer.connect(port)) {
      for (String text : List.of("a", "bb", "ccc")) {
        assertEchoed(text, three);
        assertEchoed(text, one);
        assertEchoed(text, two);
      }
      assertEquals(3, server.totals().active());
      assertEquals(3, server.totals().served());
    }
  }

  @Test
  void maxClientsAdmitsTheNextOnlyWhenOneLeaves() throws Exception {
    serve(2, THREAD_EACH, this::echo);
    List<Peer> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      clients.add(Peer.connect(port).send("early"));
    }
    for (Peer client : clients) {
      assertEquals("early", new String(client.receive(5), UTF_8));
      client.close();
      assertEquals("left", next(endings));
    }
    assertEquals(2, mostAtOnce.get());
  }

  @Test
  void totalsAreExact() throws Exception {
    serve(Integer.MAX_VALUE, THREAD_EACH, this::echo);
    List<FutureTask<Integer>> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Random random = new Random(i);
      clients.add(
          start(
              () -> {
                int sent = 0;
                try (Peer client = Peer.connect(port)) {
                  for (int piece = 0; piece < 50; piece++) {
                    byte[] bytes = new byte[1 + random.nextInt(2000)];
                    sent += client.send(bytes).receive(bytes.length).length;
                  }
                  client.halfClose().receiveAll();
                }
                return sent;
              }));
    }
    long sent = 0;
    for (FutureTask<Integer> client : clients) {
      sent += result(client);
    }
    Server.Totals totals = server.totals(); // whether or not the last handlers have ended
    assertEquals(20, totals.served());
    assertEquals(sent, totals.sent());
  }

  @Test
  void closingEndsServeAndBlockedHandlers() throws Exception {
    FutureTask<Thread> accepting = serve(Integer.MAX_VALUE, THREAD_EACH, this::echo);
    try (Peer client = Peer.connect(port)) {
      assertEchoed("x", client);
      server.close();
      assertEquals(
          "connection to 127.0.0.1:" + client.socket.getLocalPort() + " closed: the server stops",
          next(endings));
      assertEquals(0, client.receiveAll().length);
    }
    result(accepting);
    assertThrows(IOException.class, () -> Peer.connect(port));
    assertEquals(0, warnings.size());
  }

  @Test
  void closingEndsServeWhileItWaitsForRoom() throws Exception {
    FutureTask<Thread> accepting = serve(1, THREAD_EACH, this::echo);
    try (Peer client = Peer.connect(port)) {
      assertEchoed("x", client);
      server.close();
      result(accepting);
    }
  }

  @Test
  void aClosedServerServesNobody() throws Exception {
    server.close();
    server.close();
    result(serve(1, Runnable::run, this::echo));
    assertEquals(new Server.Totals(0, 0, 0), server.totals());
  }

  @Test
  void aThreadThatCannotBeStartedCostsOnlyItsClient() throws Exception {
    AtomicInteger started = new AtomicInteger();
    Executor noSecondThread =
        task -> {
          if (started.incrementAndGet() == 2) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          THREAD_EACH.execute(task);
        };
    serve(2, noSecondThread, this::echo);
    try (Peer one = Peer.connect(port)) {
      assertEchoed("one", one);
      try (Peer two = Peer.connect(port)) {
        assertEquals(0, two.receiveAll().length);
        assertEquals(
            "closed 127.0.0.1:" + two.socket.getLocalPort() + ": unable to create native thread",
            next(warnings));
      }
      try (Peer three = Peer.connect(port)) {
        assertEchoed("three", three);
      }
      assertEchoed("one", one);
    }
  }

  @Test
  void aHandlerThatFindsNoMemoryCostsOnlyItsClient() throws Exception {
    AtomicInteger handled = new AtomicInteger();
    serve(
        1,
        Runnable::run,
        client -> {
          if (handled.incrementAndGet() == 1) {
            throw new OutOfMemoryError("Java heap space");
          }
          echo(client);
        });
    try (Peer one = Peer.connect(port)) {
      assertEquals(0, one.receiveAll().length);
      assertEquals(
          "closed 127.0.0.1:" + one.socket.getLocalPort() + ": Java heap space", next(warnings));
    }
    try (Peer two = Peer.connect(port)) {
      assertEchoed("two", two);
    }
  }

  @Test
  void aClientThatResetsBeforeItIsAcceptedHarmsNobody() throws Exception {
    for (int i = 0; i < 20; i++) {
      Peer.connect(port).reset();
    }
    try (Peer client = Peer.connect(port)) {
      serve(1, Runnable::run, this::echo);
      assertEchoed("x", client);
    }
  }

  @Test
  void aSilentClientIsClosedAsIdle() throws Exception {
    server.closeIdle(Duration.ofMillis(100));
    serve(Integer.MAX_VALUE, THREAD_EACH, this::echo);
    try (Peer client = Peer.connect(port)) {
      assertEquals(0, client.receiveAll().length);
      assertEquals(
          "connection to 127.0.0.1:"
              + client.socket.getLocalPort()
              + " closed: no progress for 0.1 s",
          next(endings));
    }
  }

  @Test
  void whatAClientThatNeverReadsHasNotTakenIsDiscarded() throws Exception {
    byte[] bytes = new byte[8 << 20]; // more than the system holds for the two
    serve(
        Integer.MAX_VALUE,
        THREAD_EACH,
        client -> {
          try {
            while (client.received() < bytes.length) {
              client.receive(bytes);
            }
            server.closeIdle(Duration.ofMillis(100));
            client.send(bytes, bytes.length);
          } catch (IOException e) {
            endings.add(e.getMessage());
          }
        });
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(1 << 16);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(bytes);
      assertEquals(
          "connection to 127.0.0.1:" + socket.getLocalPort() + " closed: no progress for 0.1 s",
          next(endings));
      // A close that keeps what was sent ends the stream in good order.
      assertThrows(IOException.class, () -> socket.getInputStream().readAllBytes());
    }
  }

  @Test
  void aTaskRunsAgainAndAgainOnADaemonThread() throws Exception {
    BlockingQueue<String> runs = new LinkedBlockingQueue<>();
    server.every(
        Duration.ofMillis(10),
        () -> {
          Thread thread = Thread.currentThread();
          runs.add(thread.getName() + (thread.isDaemon() ? " daemon" : ""));
          if (runs.size() == 3) {
            throw new IllegalStateException("enough");
          }
        });
    for (int i = 0; i < 3; i++) {
      assertEquals("timer daemon", next(runs));
    }
  }

  @Test
  void aHandlersFailureReachesTheCallerOfServeInTheSameThread() throws Exception {
    FutureTask<String> failure =
        start(
            () ->
                assertThrows(
                        IllegalStateException.class,
                        () ->
                            server.serve(
                                1,
                                Runnable::run,
                                client -> {
                                  throw new IllegalStateException("a bug");
                                }))
                    .getMessage());
    try (Peer client = Peer.connect(port)) {
      assertEquals(0, client.receiveAll().length);
    }
    assertEquals("a bug", result(failure));
    assertEquals(0, server.totals().active());
  }
}

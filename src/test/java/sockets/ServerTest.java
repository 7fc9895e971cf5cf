package sockets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import testkit.Peer;
import testkit.Watch;

/** Of a server and its listener. */
class ServerTest {
  private final Executor threadEach = Threads.platform.perConnection();
  private final BlockingQueue<String> warnings = new LinkedBlockingQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  @AutoClose private Listener listener;
  private Server server;

  private Listener listen(String bind, int port) throws IOException {
    return Listener.listen(new BlockingCalls(null), bind, port, warnings::add);
  }

  @BeforeEach
  void listen() throws IOException {
    listener = listen("127.0.0.1", 0);
  }

  private int port() {
    return Integer.parseInt(listener.address().replaceFirst(".*:", ""));
  }

  /** Serves in a thread of its own, until the listener is closed. */
  private Thread serve(int maxClients, Executor threads, Consumer<Connection> service) {
    server = new Server(listener, maxClients, warnings::add);
    Thread thread = Threads.daemon(() -> server.serve(threads, service), "accepts in a test");
    thread.start();
    return thread;
  }

  private static void echo(Connection client) {
    try {
      byte[] buffer = new byte[1000];
      for (int count; (count = client.receive(buffer, Duration.ZERO)) >= 0; ) {
        client.send(buffer, count);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Peer connect() throws IOException {
    return Peer.connect(port());
  }

  private static void assertEchoed(String text, Peer client) throws IOException {
    assertEquals(text, new String(client.send(text).receive(text.length()), UTF_8));
  }

  /** A client can have its bytes before the server has counted them. */
  private void awaitTotals(int active, long served, long sent) {
    Server.Totals totals = new Server.Totals(active, served, sent);
    Watch.until(totals.toString(), () -> server.totals().equals(totals));
  }

  /** The file src/test/resources/hosts has the names and their addresses. */
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, Address already in use",
    "elsewhere.test, Cannot assign requested address",
  })
  void whyItCannotListenIsSaid(String bind, String why) {
    IOException e = assertThrows(IOException.class, () -> listen(bind, port()));
    assertEquals("cannot listen on " + bind + ":" + port() + ": " + why, e.getMessage());
  }

  @Test
  void ofANameWithSeveralAddressesTheFirstThatIsOfThisMachineCounts() throws IOException {
    try (Listener second = listen("elsewhere-and-here.test", 0)) {
      assertTrue(second.address().startsWith("127.0.0.1:"), second.address());
    }
  }

  @Test
  void aShortageOfDescriptorsIsSaidOnceAndTriesBecomeRare() throws IOException {
    ServerSocket scarce =
        new ServerSocket(0, 2, InetAddress.getLoopbackAddress()) {
          @Override
          public Socket accept() throws IOException {
            if (count.getAndDecrement() > 0) {
              throw new SocketException("Too many open files");
            }
            return super.accept();
          }
        };
    count.set(7);
    try (Listener poor = new Listener(scarce, warnings::add);
        Peer one = Peer.connect(scarce.getLocalPort());
        Peer two = Peer.connect(scarce.getLocalPort())) {
      long start = System.nanoTime();
      assertEquals(one.name(), poor.accept().name());
      // 5 + 10 + 20 + 40 + 80 + 160 + 320 ms; without the doubling it were 35 ms.
      long millis = (System.nanoTime() - start) / 1_000_000;
      assertTrue(millis >= 500, "7 tries in " + millis + " ms");
      count.set(1);
      assertEquals(two.name(), poor.accept().name());
      count.set(1);
      scarce.close();
      assertNull(poor.accept());
    }
    String said = "cannot accept: Too many open files: new clients wait";
    assertEquals(List.of(said), List.copyOf(warnings));
  }

  @Test
  void aNumberedThreadEachServesClientsAtOnceAndTotalsAreExact() throws Exception {
    BlockingQueue<String> names = new LinkedBlockingQueue<>();
    Consumer<Connection> service =
        client -> {
          names.add(Thread.currentThread().getName());
          echo(client);
        };
    serve(Integer.MAX_VALUE, threadEach, service);
    try (Peer one = connect();
        Peer two = connect()) {
      assertEquals(Set.of("client-1", "client-2"), Set.of(names.take(), names.take()));
      assertEchoed("a", one);
      assertEchoed("bb", two);
      assertEchoed("ccc", one);
      awaitTotals(2, 2, 6);
      assertEquals(0, one.halfClose().receiveAll().length);
      awaitTotals(1, 2, 6);
    }
  }

  /** Also after clients that could not be served: each gives its place back, and once. */
  @Test
  void maxClientsAdmitsTheNextOnlyWhenOneLeaves() throws Exception {
    Executor noFirstThread =
        task -> {
          if (count.incrementAndGet() == 1) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          threadEach.execute(task);
        };
    Consumer<Connection> noSecondBuffer =
        client -> {
          if (count.get() == 2) {
            throw new OutOfMemoryError("Java heap space");
          }
          echo(client);
        };
    Thread accepting = serve(2, noFirstThread, noSecondBuffer);
    for (String why : List.of("unable to create native thread", "Java heap space")) {
      try (Peer client = connect()) {
        assertEquals(0, client.receiveAll().length);
        assertEquals("closed " + client.name() + ": " + why, warnings.take());
      }
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
      listener.close();
      assertEchoed("two", two); // whom that does not concern
      two.halfClose();
      accepting.join(); // as there is a place
    }
  }
}

package sockets;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Has an echo handler serve clients of this program's own before the first real one. The JVM
 * interprets what has not run often, and for that touches 80 KB of a thread's stack (HotSpot's
 * StackShadowPages), which the thread keeps: gigabytes, if thousands of clients are silent at first
 * and then all speak. A rehearsal has the code compiled, and has the compiler see how each call
 * goes on after it has blocked. With virtual threads it halves what a waiting one has on its stack.
 *
 * <p>With them it has one more purpose: the first wait of a virtual thread opens descriptors that
 * the JVM keeps. It must not come when there are none left, or no virtual thread could ever wait.
 */
public final class Rehearsal {
  /** Some methods run once for each client, and the JVM compiles what has run 200 times. */
  private static final int ROUNDS = 20;

  /** They leave together, so that their threads meet each other on the way out. */
  private static final int CLIENTS_AT_ONCE = 50;

  /** Real clients wait meanwhile; and with too few descriptors one of these may wait in vain. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final String HOST = InetAddress.getLoopbackAddress().getHostAddress();

  private Rehearsal() {}

  /**
   * Rehearses, which takes a few tenths of a second. Where the system lacks something for it, or is
   * slow, it is cut short.
   *
   * @param kind the kind of thread that is to serve each client
   * @param maxClients how many clients are to be served at once, at most
   * @param echo sends every client back what it sent
   */
  public static void run(Threads kind, int maxClients, Server.Handler echo) {
    Executor threads = kind.named("rehearsal-");
    try {
      run(threads, Math.min(CLIENTS_AT_ONCE, maxClients), PATIENCE, echo);
      if (threads instanceof ExecutorService pool) {
        pool.shutdown();
        pool.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static void run(Executor threads, int atOnce, Duration patience, Server.Handler echo)
      throws InterruptedException {
    try (Server server = Server.listen(new BlockingCalls(), HOST, 0, warning -> {})) {
      Thread accepting =
          Threads.daemon(() -> server.serve(Integer.MAX_VALUE, threads, echo), "rehearsal");
      accepting.start();
      try {
        Connector connector = new Connector(new BlockingCalls(), InetAddress.class, patience);
        long start = System.nanoTime();
        for (int i = 0; i < ROUNDS && System.nanoTime() - start < patience.toNanos(); i++) {
          round(connector, server.port(), atOnce);
        }
      } finally {
        server.stopListening();
        accepting.join(patience.toMillis());
      }
    } catch (IOException | OutOfMemoryError e) {
      // What is missing is said when a real client needs it.
    }
  }

  private static void round(Connector connector, int port, int atOnce) throws IOException {
    byte[] message = new byte[64];
    List<Connection> clients = new ArrayList<>();
    try {
      while (clients.size() < atOnce) {
        Connection client = connector.connect(HOST, port);
        clients.add(client);
        client.discardUnsent(); // or the system would remember it for a minute (TIME_WAIT)
        client.send(message, message.length);
        if (client.receive(message, connector.timeout()) < 0) {
          throw new EOFException("there was no thread for this client");
        }
      }
      for (Connection client : clients) {
        client.halfClose();
        client.close();
      }
    } finally {
      clients.forEach(Connection::close);
    }
  }
}

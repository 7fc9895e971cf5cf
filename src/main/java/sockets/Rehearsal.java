package sockets;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

/**
 * Has an echo handler serve clients of this program's own before the first real one. The JVM
 * interprets what has not run often, and for that touches 80 KB of a thread's stack (HotSpot's
 * StackShadowPages), which the thread keeps: gigabytes, if thousands of clients are silent at first
 * and then all speak. A rehearsal has the code compiled, and has the compiler see how each call
 * goes on after it has blocked. With virtual threads it halves what a waiting one has on its stack.
 *
 * <p>Also, the first close of a socket and the first wait of a virtual thread open descriptors that
 * the JVM keeps. They must not come when there are none left.
 */
public final class Rehearsal {
  /** Some methods run once for each client, and the JVM compiles what has run 200 times. */
  private static final int ROUNDS = 20;

  /** They leave together, so that their threads meet each other on the way out. */
  private static final int CLIENTS_AT_ONCE = 50;

  /** Where there are too few descriptors, a client may wait in vain to be accepted. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final String HOST = InetAddress.getLoopbackAddress().getHostAddress();

  private final Connector connector =
      new Connector(new BlockingCalls(), InetAddress.class, PATIENCE);
  private final byte[] message = new byte[64];

  private Rehearsal() {}

  /**
   * Rehearses, which takes a few tenths of a second. Where the system lacks something for it, it is
   * cut short.
   *
   * @param kind the kind of thread that is to serve each client
   * @param echo sends every client back what it sent
   */
  public static void of(Threads kind, Server.Handler echo) {
    Executor threads = kind.named("rehearsal-");
    of(threads, echo);
    if (threads instanceof ExecutorService pool) {
      pool.shutdown();
    }
  }

  static void of(Executor threads, Server.Handler echo) {
    try (Server server = Server.listen(new BlockingCalls(), HOST, 0, warning -> {})) {
      threads.execute(() -> server.serve(Integer.MAX_VALUE, threads, echo));
      Rehearsal rehearsal = new Rehearsal();
      for (int i = 0; i < ROUNDS; i++) {
        rehearsal.round(server.port());
      }
    } catch (IOException | OutOfMemoryError e) {
      // What is missing is said when a real client needs it.
    }
  }

  private void round(int port) throws IOException {
    List<Connection> clients = new ArrayList<>();
    try {
      while (clients.size() < CLIENTS_AT_ONCE) {
        Connection client = connector.connect(HOST, port);
        clients.add(client);
        client.send(message, message.length);
        client.receive(message, PATIENCE);
      }
      for (Connection client : clients) {
        client.discardUnsent(); // or the system would remember each for a minute (TIME_WAIT)
        client.halfClose();
        client.close();
      }
    } finally {
      clients.forEach(Connection::close);
    }
  }
}

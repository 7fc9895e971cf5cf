package sockets;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Serves many clients at once, each in a thread of its own. */
public final class Server {
  /** Connections served now, connections accepted so far, and the bytes sent on all of these. */
  public record Totals(int active, long served, long sent) {}

  private final Listener listener;
  private final Semaphore places;
  private final Consumer<String> warnings;
  private final Set<Connection> active = ConcurrentHashMap.newKeySet();
  private volatile long served; // Only the thread that accepts writes it, so ++ loses nothing.
  private long sentByEnded; // changes with active, under the lock: each connection counts once

  /** Serves at most maxClients at once; more wait. A client that can't be served is a warning. */
  public Server(Listener listener, int maxClients, Consumer<String> warnings) {
    this.listener = listener;
    places = new Semaphore(maxClients);
    this.warnings = warnings;
  }

  /**
   * Accepts connections until the listener is closed. Each is served in a thread named {@code
   * client-1}, {@code client-2} and so on, and is closed when the service returns.
   */
  public void serve(Executor threads, Consumer<Connection> service) {
    while (true) {
      places.acquireUninterruptibly();
      Connection connection = listener.accept();
      if (connection == null) {
        return;
      }
      String thread = "client-" + ++served;
      active.add(connection);
      try {
        threads.execute(() -> serve(connection, thread, service));
      } catch (OutOfMemoryError e) { // from Thread.start: the system has no thread left
        fail(connection, e);
        end(connection);
      }
    }
  }

  private void serve(Connection connection, String thread, Consumer<Connection> service) {
    Thread.currentThread().setName(thread);
    try {
      service.accept(connection);
    } catch (OutOfMemoryError e) { // The heap has no room for this client's buffer.
      fail(connection, e);
    } finally {
      end(connection);
    }
  }

  private void fail(Connection connection, OutOfMemoryError e) {
    warnings.accept("closed " + connection.name() + ": " + Describe.reason(e));
  }

  private void end(Connection connection) {
    connection.close();
    synchronized (this) {
      active.remove(connection);
      sentByEnded += connection.sent();
    }
    places.release();
  }

  /** {@return what the server has done so far} */
  public synchronized Totals totals() {
    long sent = active.stream().mapToLong(Connection::sent).sum();
    return new Totals(active.size(), served, sentByEnded + sent);
  }
}

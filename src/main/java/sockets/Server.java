package sockets;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Listens and accepts, one connection at a time or with a thread for each, until it is closed. */
public final class Server implements Closeable {
  /** How often idle connections are looked for, within the time that they may be idle. */
  private static final int LOOKS = 8;

  /** What a server does for a client. */
  public interface Handler {
    /**
     * Serves one connection, from its first byte to its last.
     *
     * @param connection an accepted connection, which the server closes afterwards
     * @throws IOException if it failed; the message becomes a warning
     */
    void handle(Connection connection) throws IOException;
  }

  private final ServerSocket listening;
  private final Consumer<String> warnings;
  private final Set<Connection> active = ConcurrentHashMap.newKeySet();
  private boolean watched;
  private long served; // guarded by this, as is the sum: what a connection has sent counts once
  private long sentByEnded;
  private long nextWarning = System.nanoTime();

  Server(ServerSocket listening, Consumer<String> warnings) {
    this.listening = listening;
    this.warnings = warnings;
  }

  /**
   * Binds and listens: from here on the system completes the handshakes of new clients and queues
   * them, up to the backlog.
   *
   * @param calls where the listening socket comes from
   * @param bind the local address, or its name; {@code 0.0.0.0} is every address of the machine
   * @param port 1 to 65535, or 0 for one that the system chooses
   * @param warnings gets a sentence when clients can't be accepted, or one can't be served
   * @return a server that has not accepted anything
   * @throws IOException if the address is unknown, or can't be listened on
   */
  public static Server listen(BlockingCalls calls, String bind, int port, Consumer<String> warnings)
      throws IOException {
    InetAddress address = Connector.resolve(bind)[0];
    Threads.openDescriptors();
    ServerSocket socket = calls.serverSocket();
    try {
      // As deep a backlog as Linux allows by default (net.core.somaxconn, listen(2)).
      socket.bind(new InetSocketAddress(address, port), 4096);
      return new Server(socket, warnings);
    } catch (IOException e) {
      socket.close();
      String where = Describe.hostAndPort(bind, port);
      throw new IOException("cannot listen on " + where + ": " + Describe.reason(e), e);
    }
  }

  /** {@return the local address and the real port} */
  public String address() {
    return Describe.address((InetSocketAddress) listening.getLocalSocketAddress());
  }

  /**
   * Waits for the next client, however long that takes. While the system has no descriptor for it,
   * it waits in the backlog, and accept(2) is tried again after a pause (as Go's net/http does).
   *
   * @return its connection, which the caller closes; null when the server is closed
   */
  public Connection accept() {
    for (long millis = 5; ; millis = Math.min(2 * millis, 1000)) {
      try {
        return Connection.accepted(listening.accept(), watched);
      } catch (IOException e) {
        if (listening.isClosed()) {
          return null;
        }
        long now = System.nanoTime();
        if (now - nextWarning >= 0) {
          warnings.accept("cannot accept: " + Describe.reason(e) + ": new clients wait");
          nextWarning = now + TimeUnit.SECONDS.toNanos(10);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
      }
    }
  }

  /**
   * Accepts connections and has each handled, until the server is closed. The thread that handles
   * the first is named {@code client-1}, and so on.
   *
   * @param maxClients how many to serve at once; the next ones wait in the backlog
   * @param idle time without a byte read or written after which a connection is closed, in fact up
   *     to a quarter more; zero: never
   * @param threads runs each handler
   * @param handler serves each connection
   */
  public void serve(int maxClients, Duration idle, Executor threads, Handler handler) {
    watched = !idle.isZero();
    // A timer looks now and then, so that the threads that serve need no clock.
    every(idle.dividedBy(LOOKS), () -> active.forEach(each -> each.closeIfIdle(LOOKS, idle)));
    Semaphore places = new Semaphore(maxClients);
    while (true) {
      places.acquireUninterruptibly();
      Connection connection = accept();
      if (connection == null) {
        return;
      }
      String name;
      synchronized (this) {
        active.add(connection);
        name = "client-" + ++served;
      }
      try {
        threads.execute(
            () -> {
              Thread.currentThread().setName(name);
              handle(connection, handler, places);
            });
      } catch (OutOfMemoryError e) { // from Thread.start: the system has no thread left
        Handler refusal =
            unserved -> {
              throw e;
            };
        handle(connection, refusal, places);
      }
    }
  }

  private void handle(Connection connection, Handler handler, Semaphore places) {
    try (connection) {
      handler.handle(connection);
    } catch (IOException | OutOfMemoryError e) { // this client's buffers could not be had
      warnings.accept("closed " + connection.peer() + ": " + Describe.reason(e));
    } finally {
      synchronized (this) {
        active.remove(connection);
        sentByEnded += connection.sent();
      }
      places.release();
    }
  }

  /**
   * Runs a task again and again, until the server is closed. A late run is left out: this process
   * was stopped (SIGSTOP, Ctrl-Z, a frozen container), and its clients could do nothing.
   *
   * @param interval between one run and the next; zero: never
   * @param task must not block; if it fails, it is run again all the same
   */
  public void every(Duration interval, Runnable task) {
    Runnable loop =
        () -> {
          while (!listening.isClosed()) {
            long latest = System.nanoTime() + 2 * interval.toNanos();
            LockSupport.parkNanos(interval.toNanos());
            try {
              if (System.nanoTime() - latest < 0) {
                task.run();
              }
            } catch (RuntimeException e) {
              // The next run may be luckier.
            }
          }
        };
    if (!interval.isZero()) {
      Threads.daemon(loop, "timer").start();
    }
  }

  /** {@return what {@link #serve} has done so far} */
  public synchronized Totals totals() {
    long sent = active.stream().mapToLong(Connection::sent).sum();
    return new Totals(active.size(), served, sentByEnded + sent);
  }

  /** Stops listening: ends {@link #accept}, and {@link #serve} once there is a place. */
  @Override
  public void close() {
    Connection.closeQuietly(listening);
  }
}

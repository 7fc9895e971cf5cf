package sockets;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Listens and accepts, one connection at a time or with a thread for each, until it is closed. */
public final class Server implements Closeable {
  /** As deep as Linux lets it be by default (net.core.somaxconn, listen(2)). */
  private static final int BACKLOG = 4096;

  private final ServerSocket listening;
  private final Acceptor acceptor;
  private final Consumer<String> warnings;
  private final Semaphore places = new Semaphore(0);
  private final Set<Connection> active = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(task -> Threads.daemon(task, "timer"));
  private boolean watched;
  private long served; // guarded by this, so that what a connection has sent counts once
  private long sentByEnded;

  private Server(ServerSocket listening, Consumer<String> warnings) {
    this.listening = listening;
    this.acceptor = new Acceptor(listening, warnings);
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
    // The first close in a JVM opens descriptors of its own. It must not come when there are none
    // left, or no socket could ever be closed.
    Socket first = new Socket();
    first.bind(null);
    first.close();
    ServerSocket socket = calls.serverSocket();
    try {
      socket.bind(new InetSocketAddress(address, port), BACKLOG);
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
   * Waits for the next client, however long that takes.
   *
   * @return its connection, which the caller closes; null when the server is closed
   */
  public Connection accept() {
    while (true) {
      Socket socket = acceptor.accept();
      try {
        return socket == null ? null : Connection.accepted(socket, watched);
      } catch (IOException e) {
        // This client has gone while it waited in the backlog.
      }
    }
  }

  /**
   * Accepts connections and has each handled, until the server is closed.
   *
   * @param maxClients how many to serve at once; the next ones wait in the backlog
   * @param threads runs each handler
   * @param handler serves each connection
   */
  public void serve(int maxClients, Executor threads, Handler handler) {
    places.release(maxClients);
    while (true) {
      places.acquireUninterruptibly();
      Connection connection = accept();
      if (connection == null) {
        return;
      }
      synchronized (this) {
        served++;
        active.add(connection);
      }
      if (acceptor.isClosed()) { // and close() may have come before this connection was there
        connection.close();
      }
      try {
        threads.execute(() -> handle(connection, handler));
      } catch (OutOfMemoryError e) { // from Thread.start: the system has no thread left
        handle(
            connection,
            unserved -> {
              throw e;
            });
      }
    }
  }

  private void handle(Connection connection, Handler handler) {
    try {
      handler.handle(connection);
    } catch (IOException | OutOfMemoryError e) { // this client's buffers could not be had
      connection.close(); // before the warning, which needs memory
      warnings.accept("closed " + connection.peer() + ": " + Describe.reason(e));
    } finally {
      connection.close();
      synchronized (this) {
        active.remove(connection);
        sentByEnded += connection.sent();
      }
      places.release();
    }
  }

  /**
   * Closes connections that make no progress. Call it before {@link #serve}.
   *
   * @param limit the time without a byte read or written; in fact up to a quarter longer
   */
  public void closeIdle(Duration limit) {
    watched = true;
    IdleWatch watch = new IdleWatch(active, limit);
    every(watch.interval(), watch);
  }

  /**
   * Runs a task again and again, until the server is closed.
   *
   * @param interval between one run and the next
   * @param task must not block; if it fails, it is run again all the same
   */
  public void every(Duration interval, Runnable task) {
    Runnable surviving =
        () -> {
          try {
            task.run();
          } catch (RuntimeException | OutOfMemoryError e) {
            // The executor would drop a task that throws. The next run may be luckier.
          }
        };
    long nanos = interval.toNanos();
    timer.scheduleWithFixedDelay(surviving, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  /** {@return what {@link #serve} has done so far} */
  public synchronized Totals totals() {
    long sent = active.stream().mapToLong(Connection::sent).sum();
    return new Totals(active.size(), served, sentByEnded + sent);
  }

  /** Stops listening, which ends {@link #accept} and {@link #serve}; the connections live on. */
  public void stopListening() {
    acceptor.close();
    if (places.availablePermits() == 0) {
      places.release(); // A wait for a place ends, and finds the server closed.
    }
  }

  /** Stops listening and closes every connection; a call that is blocked in one fails. */
  @Override
  public void close() {
    stopListening();
    timer.shutdownNow();
    active.forEach(connection -> connection.close("the server stops"));
  }
}

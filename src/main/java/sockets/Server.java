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
import java.util.concurrent.CountDownLatch;
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

  private static final long FIRST_PAUSE_MILLIS = 5;
  private static final long LONGEST_PAUSE_MILLIS = 1000;
  private static final long WARNING_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Serves one connection. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Serves one connection, from its first byte to its last. The server closes it afterwards.
     *
     * @param connection an accepted connection
     * @throws IOException if it failed; the message becomes a warning
     */
    void handle(Connection connection) throws IOException;
  }

  /**
   * What {@link #serve} has done.
   *
   * @param active connections being served now
   * @param served connections accepted so far, the active ones among them
   * @param sent bytes sent on all of them
   */
  public record Totals(int active, long served, long sent) {}

  private final ServerSocket listening;
  private final Consumer<String> warnings;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Semaphore places = new Semaphore(0);
  private final Set<Connection> active = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(task -> Threads.daemon(task, "timer"));

  private boolean watched;
  private long nextWarning = System.nanoTime();

  // Guarded by this, so that what a connection has sent counts once when it ends.
  private long served;
  private long sentByEnded;

  private Server(ServerSocket listening, Consumer<String> warnings) {
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
    // The first close in a JVM opens descriptors of its own; it must not come when there are none
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
   * Waits for the next client. While the system has no descriptor for it, the client waits in the
   * backlog, and accept(2) is tried again after a pause (as Go's net/http does).
   *
   * @return its connection, which the caller closes; null when the server is closed
   */
  public Connection accept() {
    try {
      for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
        try {
          return connection(listening.accept());
        } catch (IOException e) {
          if (listening.isClosed()) {
            return null;
          }
          warn(e);
          stopped.await(pause, TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private Connection connection(Socket socket) throws IOException {
    try {
      Connection.prepare(socket);
      Connection connection = new Connection(socket, Describe.address(socket));
      if (watched) {
        connection.limitUnsent();
      }
      return connection;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private void warn(IOException e) {
    long now = System.nanoTime();
    if (now - nextWarning >= 0) {
      warnings.accept("cannot accept: " + Describe.reason(e) + ": new clients wait");
      nextWarning = now + WARNING_INTERVAL_NANOS;
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
      }
      active.add(connection);
      if (listening.isClosed()) { // and close() may have come before this connection was there
        connection.close();
      }
      try {
        threads.execute(() -> handle(connection, handler));
      } catch (OutOfMemoryError e) { // from Thread.start: the system has no thread left
        drop(connection, e);
        end(connection);
      }
    }
  }

  private void handle(Connection connection, Handler handler) {
    try {
      handler.handle(connection);
    } catch (IOException | OutOfMemoryError e) { // this client's buffers could not be had
      drop(connection, e);
    } finally {
      end(connection);
    }
  }

  private void drop(Connection connection, Throwable why) {
    connection.close(); // before the warning, which needs memory
    warnings.accept("closed " + connection.peer() + ": " + Describe.reason(why));
  }

  private void end(Connection connection) {
    connection.close();
    synchronized (this) {
      active.remove(connection);
      sentByEnded += connection.sent();
    }
    places.release();
  }

  /**
   * Runs a task at an interval, on one daemon thread, until the server is closed.
   *
   * @param interval from the end of one run to the start of the next
   * @param task must not block; if it fails, it is run again all the same
   */
  public void every(Duration interval, Runnable task) {
    long nanos = interval.toNanos();
    timer.scheduleWithFixedDelay(() -> survive(task), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  /** The timer would drop a task that throws. The next run may be luckier. */
  private static void survive(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | OutOfMemoryError e) {
      // There is nobody who could do anything about it.
    }
  }

  /**
   * From now on closes connections on which nothing is read or written for some time. Call it
   * before {@link #serve}.
   *
   * @param limit how long at least; up to a quarter more, as connections are looked at now and then
   */
  public void closeIdle(Duration limit) {
    watched = true;
    IdleWatch watch = new IdleWatch(active, limit);
    every(watch.interval(), watch);
  }

  /** {@return what {@link #serve} has done so far} */
  public synchronized Totals totals() {
    long sent = active.stream().mapToLong(Connection::sent).sum();
    return new Totals(active.size(), served, sentByEnded + sent);
  }

  /** Stops listening, which ends {@link #accept} and {@link #serve}; the connections live on. */
  public void stopListening() {
    Connection.closeQuietly(listening);
    stopped.countDown();
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

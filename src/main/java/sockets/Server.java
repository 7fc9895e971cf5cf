package sockets;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Listens and accepts, one connection at a time or with a thread for each, until it is closed. */
public final class Server implements Closeable {
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
  private volatile long served; // written by the thread that accepts
  private long sentByEnded; // changes with active, under the lock: each connection counts once
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
   * Waits for the next client, however long that takes. When accept(2) fails, as it does without
   * free descriptors, clients wait in the backlog, and it is tried again after a pause.
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
        if (System.nanoTime() - nextWarning >= 0) {
          warnings.accept("cannot accept: " + Describe.reason(e) + ": new clients wait");
          nextWarning = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
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
   * @param idle the time without a byte read or written after which a connection is closed, up to a
   *     quarter later; zero: never
   * @param threads runs each handler
   * @param handler serves each connection
   */
  public void serve(int maxClients, Duration idle, Executor threads, Handler handler) {
    watched = !idle.isZero();
    int looks = 8; // of a timer within that time, so that the threads that serve need no clock
    every(idle.dividedBy(looks), () -> active.forEach(each -> each.closeIfIdle(looks, idle)));
    CompletableFuture.runAsync(Server::openDescriptors, threads).join();
    Semaphore places = new Semaphore(maxClients);
    while (true) {
      places.acquireUninterruptibly();
      Connection connection = accept();
      if (connection == null) {
        return;
      }
      String thread = "client-" + ++served;
      active.add(connection);
      try {
        threads.execute(() -> handle(connection, thread, handler, places));
      } catch (OutOfMemoryError e) { // from Thread.start: the system has no thread left
        warnings.accept("closed " + connection.name() + ": " + Describe.reason(e));
        end(connection, places);
      }
    }
  }

  /** Has the JVM open what it needs to close a socket, and to wait, before clients take it all. */
  private static void openDescriptors() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      socket.setSoTimeout(1);
      socket.accept();
    } catch (IOException e) {
      // It timed out, as nobody knows of this socket.
    }
  }

  private void handle(Connection connection, String thread, Handler handler, Semaphore places) {
    Thread.currentThread().setName(thread);
    try {
      handler.handle(connection);
    } catch (IOException | OutOfMemoryError e) { // this client's buffers could not be had
      warnings.accept("closed " + connection.name() + ": " + Describe.reason(e));
    } finally {
      end(connection, places);
    }
  }

  private void end(Connection connection, Semaphore places) {
    connection.close();
    synchronized (this) {
      active.remove(connection);
      sentByEnded += connection.sent();
    }
    places.release();
  }

  /**
   * Runs a task again and again, until the server is closed. A late run is left out: this process
   * was stopped (SIGSTOP, Ctrl-Z, a frozen container), for which its clients are not to blame.
   *
   * @param interval between one run and the next; zero: never
   * @param task must not block; if it fails, it is run again all the same
   */
  public void every(Duration interval, Runnable task) {
    if (!interval.isZero()) {
      Threads.daemon(() -> repeat(interval.toNanos(), task), "timer").start();
    }
  }

  private void repeat(long nanos, Runnable task) {
    while (!listening.isClosed()) {
      long start = System.nanoTime();
      LockSupport.parkNanos(nanos);
      try {
        if (System.nanoTime() - start < 2 * nanos) {
          task.run();
        }
      } catch (RuntimeException e) {
        warnings.accept("a task failed: " + e); // It is a bug; the next run may be luckier.
      }
    }
  }

  /** {@return what {@link #serve} has done so far} */
  public synchronized Totals totals() {
    long sent = active.stream().mapToLong(Connection::sent).sum();
    return new Totals(active.size(), served, sentByEnded + sent);
  }

  /** Stops listening: {@link #accept} returns null, {@link #serve} returns once it has a place. */
  @Override
  public void close() {
    Connection.closeQuietly(listening);
  }
}

package sockets;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Listens, accepts, and has every connection handled, until it is closed. Which thread handles a
 * connection is the {@link Executor}'s choice: {@code Runnable::run} serves one client at a time in
 * the accepting thread itself, {@link Threads} give each connection a thread of its own.
 */
public final class Server implements Closeable {
  /** As deep as Linux lets it be by default (net.core.somaxconn, listen(2)). */
  private static final int BACKLOG = 4096;

  /** What to do with a connection. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Serves one connection, from its first byte to its last. The server closes it afterwards.
     *
     * @param connection an accepted connection
     */
    void handle(Connection connection);
  }

  /**
   * What a server has done.
   *
   * @param active connections being served now
   * @param served connections accepted so far, the active ones among them
   * @param sent bytes sent on all of them
   */
  public record Totals(int active, long served, long sent) {}

  private final ServerSocket listening;
  private final Acceptor acceptor;
  private final Consumer<String> warnings;

  // This object's lock guards these, and is notified whenever a connection has ended.
  private final Set<Connection> active = new HashSet<>();
  private long served;
  private long sentByEnded;

  private volatile boolean watched; // by closeIdle

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
   * @param warnings gets a sentence when a client can't be served, and when that is over
   * @return a server that accepts nobody before {@link #serve}
   * @throws IOException if the address is unknown, or can't be listened on
   */
  public static Server listen(BlockingCalls calls, String bind, int port, Consumer<String> warnings)
      throws IOException {
    InetAddress address = Connector.resolve(bind)[0];
    prepareToClose();
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

  /**
   * Closes a socket once. The first close in a JVM opens descriptors of its own; it must not come
   * when there are none left, or no socket could ever be closed.
   */
  private static void prepareToClose() throws IOException {
    try (Socket socket = new Socket()) {
      socket.bind(null);
    }
  }

  /**
   * Where the server listens.
   *
   * @return the local address and the real port
   */
  public String address() {
    return Describe.address((InetSocketAddress) listening.getLocalSocketAddress());
  }

  int port() {
    return listening.getLocalPort();
  }

  /**
   * Accepts connections and has them handled, until this server is closed. A failure to accept or
   * to start a thread is said and survived.
   *
   * @param maxClients how many to serve at once; the next ones wait in the backlog
   * @param threads runs each handler
   * @param handler serves each connection
   */
  public void serve(int maxClients, Executor threads, Handler handler) {
    while (awaitRoom(maxClients)) {
      Connection connection = accept();
      if (connection == null) {
        return;
      }
      try {
        threads.execute(() -> handle(connection, handler));
      } catch (OutOfMemoryError e) {
        // What Thread.start throws when the system has no more threads to give.
        ended(connection);
        warnOfDrop(connection, e);
      }
    }
  }

  /**
   * Runs a task at an interval, on a thread of its own, as long as the program lives.
   *
   * @param interval from one run to the next
   * @param task must not block for long; if it throws, it is not run again
   */
  public void every(Duration interval, Runnable task) {
    long nanos = interval.toNanos();
    Executors.newSingleThreadScheduledExecutor(run -> Threads.daemon(run, "timer"))
        .scheduleAtFixedRate(task, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * From now on closes every connection that makes no progress, neither receiving nor sending. A
   * connection is looked at eight times within the limit, so the thread that serves it needs no
   * timer.
   *
   * @param limit how long, at least, a connection must have made none
   */
  public void closeIdle(Duration limit) {
    watched = true;
    String why = "no progress for " + Describe.seconds(limit);
    every(limit.dividedBy(8), () -> closeIdle(limit.toNanos(), why));
  }

  /**
   * What the server has done so far. The clients are counted at one instant; what is sent while
   * they are may be counted or not.
   *
   * @return the totals
   */
  public synchronized Totals totals() {
    long sent = sentByEnded;
    for (Connection connection : active) {
      sent += connection.sent();
    }
    return new Totals(active.size(), served, sent);
  }

  /** Stops listening, which ends {@link #serve}; the connections live on. */
  public synchronized void stopListening() {
    Connection.closeQuietly(listening);
    notifyAll();
  }

  /** Stops listening and closes every connection; a handler that is blocked in one is told so. */
  @Override
  public void close() {
    stopListening();
    List<Connection> left;
    synchronized (this) {
      left = List.copyOf(active);
    }
    left.forEach(connection -> connection.close("the server stops"));
  }

  /** Waits for room for one more client; false if the server has been closed. */
  private synchronized boolean awaitRoom(int maxClients) {
    while (active.size() >= maxClients && !listening.isClosed()) {
      awaitChange();
    }
    return !listening.isClosed();
  }

  /** The next client's connection, or null if the server has been closed. */
  private Connection accept() {
    while (true) {
      Socket socket = acceptor.accept();
      if (socket == null) {
        return null;
      }
      try {
        Connection connection = Connection.accepted(socket);
        if (watched) {
          connection.limitUnsent();
        }
        return started(connection);
      } catch (IOException e) {
        // This client has gone while it waited in the backlog.
      } catch (OutOfMemoryError e) {
        Connection.closeQuietly(socket);
      }
    }
  }

  private void handle(Connection connection, Handler handler) {
    try {
      handler.handle(connection);
    } catch (OutOfMemoryError e) {
      ended(connection); // before the warning, which needs memory
      warnOfDrop(connection, e);
    } finally {
      ended(connection);
    }
  }

  private synchronized Connection started(Connection connection) {
    if (listening.isClosed()) {
      connection.close();
      return null;
    }
    active.add(connection);
    served++;
    return connection;
  }

  private void ended(Connection connection) {
    connection.close();
    if (listening.isClosed()) {
      return; // With thousands ending at once, each would wait here for all others.
    }
    synchronized (this) {
      if (active.remove(connection)) {
        sentByEnded += connection.sent();
      }
      notifyAll();
    }
    acceptor.retry();
  }

  private void warnOfDrop(Connection connection, OutOfMemoryError why) {
    warnings.accept("closed " + connection.peer() + ": " + Describe.reason(why));
  }

  private synchronized void closeIdle(long limitNanos, String why) {
    long now = System.nanoTime();
    for (Connection connection : active) {
      if (connection.idleFor(limitNanos, now)) {
        if (connection.sent() < connection.received()) {
          connection.discardUnsent(); // Its thread is stuck in send.
        }
        connection.close(why);
      }
    }
  }

  /** Waits until a connection has ended, or the server is closed. */
  private void awaitChange() {
    try {
      wait();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nothing interrupts a server; it is closed", e);
    }
  }
}

package sockets;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * One established TCP connection, used by one thread at a time. Any other thread may close it,
 * which ends a call that blocks in it.
 */
public final class Connection implements Closeable {
  /** For a watched connection; Linux doubles it for its own bookkeeping (socket(7)). */
  private static final int UNSENT_BYTES = 1 << 14;

  private final Socket socket;
  private final String peer;
  private final InputStream in;
  private final OutputStream out;

  private int receiveLimit; // in milliseconds, as the socket has it

  // Each has one writer, the thread that serves the connection, so += loses nothing.
  private volatile long received;
  private volatile long sent;

  private volatile String closedBecause;

  // Only the idle watch reads and writes these two.
  private long progressSeen = -1;
  private long progressAt;

  /** Takes a connected socket; closes it if it turns out to be of no use. */
  Connection(Socket socket, String peer) throws IOException {
    this.socket = socket;
    this.peer = peer;
    try {
      // Chats and echoes are small pieces, which Nagle's algorithm would hold back (RFC 896).
      socket.setTcpNoDelay(true);
      in = socket.getInputStream();
      out = socket.getOutputStream();
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  static Connection accepted(Socket socket) throws IOException {
    return new Connection(
        socket, Describe.address((InetSocketAddress) socket.getRemoteSocketAddress()));
  }

  /**
   * The other end, by the name this side knows it by.
   *
   * @return host and port as the user gave them, or the address an accepted connection came from
   */
  public String peer() {
    return peer;
  }

  /**
   * The other end's address.
   *
   * @return for example {@code 127.0.0.1:7000}
   */
  public String address() {
    return Describe.address((InetSocketAddress) socket.getRemoteSocketAddress());
  }

  /**
   * Waits until bytes arrive, however long that takes.
   *
   * @param buffer where they go, from its start
   * @return how many bytes came, at least 1; or -1 at the end of the stream
   * @throws ConnectionException if the connection was reset, failed, or was closed from this side
   */
  public int receive(byte[] buffer) throws ConnectionException {
    try {
      limitReceive(0);
      return counted(in.read(buffer));
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /**
   * Waits until bytes arrive, but no longer than a limit.
   *
   * @param buffer where they go, from its start
   * @param limit counted in milliseconds; zero waits for ever
   * @return how many bytes came, at least 1; or -1 at the end of the stream
   * @throws SocketTimeoutException if none came; the connection is as it was
   * @throws ConnectionException if the connection was reset, failed, or was closed from this side
   */
  public int receive(byte[] buffer, Duration limit)
      throws SocketTimeoutException, ConnectionException {
    try {
      limitReceive(Math.toIntExact(limit.toMillis()));
      return counted(in.read(buffer));
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      throw lost(e);
    }
  }

  private void limitReceive(int millis) throws IOException {
    if (millis != receiveLimit) {
      socket.setSoTimeout(millis);
      receiveLimit = millis;
    }
  }

  private int counted(int count) {
    if (count > 0) {
      received += count;
    }
    return count;
  }

  /**
   * Sends bytes; waits while the peer is slower than this side.
   *
   * @param bytes holds what to send, from its start
   * @param length how many bytes of it
   * @throws ConnectionException if the connection was reset, failed, or was closed from this side;
   *     how many of the bytes the peer got is then unknown
   */
  public void send(byte[] bytes, int length) throws ConnectionException {
    try {
      out.write(bytes, 0, length);
      sent += length;
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /**
   * Ends the stream to the peer and still receives (half-close, RFC 1122 section 4.2.2.13).
   *
   * @throws ConnectionException if the connection has already failed
   */
  public void halfClose() throws ConnectionException {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /**
   * How much has come from the peer.
   *
   * @return bytes
   */
  public long received() {
    return received;
  }

  /**
   * How much has been handed to the system for the peer.
   *
   * @return bytes
   */
  public long sent() {
    return sent;
  }

  /** Closes the connection; a thread blocked in it gets a {@link ConnectionException}. */
  @Override
  public void close() {
    closeQuietly(socket);
  }

  static void closeQuietly(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing is left to do with a socket that does not even close.
    }
  }

  /**
   * Has the server's idle watch, which calls this from time to time, seen no progress for so long?
   */
  boolean idleFor(long nanos, long now) {
    long progress = received + sent;
    if (progress != progressSeen) {
      progressSeen = progress;
      progressAt = now;
    }
    return now - progressAt >= nanos;
  }

  /** Closes from another thread, and has the thread that is blocked here say why. */
  void close(String why) {
    closedBecause = why;
    close();
  }

  /**
   * Makes close discard what the peer has not taken yet. The system would keep it for minutes, for
   * a peer that does not read.
   */
  void discardUnsent() {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // It is closed already.
    }
  }

  /**
   * Has the system take little more than the peer does. It would take megabytes in advance, and
   * then nothing until a third of them are gone: a slow reader would seem to make no progress.
   */
  void limitUnsent() {
    try {
      socket.setSendBufferSize(UNSENT_BYTES);
    } catch (IOException e) {
      // It has just been closed.
    }
  }

  private ConnectionException lost(IOException e) {
    String why = closedBecause;
    return why == null
        ? new ConnectionException("connection to " + peer + " lost: " + Describe.reason(e), e)
        : new ConnectionException("connection to " + peer + " closed: " + why, e);
  }
}

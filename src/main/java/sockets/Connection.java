package sockets;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;

/** A TCP connection that one thread uses. Another may close it, which ends a blocked call. */
public final class Connection implements Closeable {
  private final Socket socket;
  private final String peer;
  private final InputStream in;
  private final OutputStream out;
  private Duration receiveLimit = Duration.ZERO;

  // Only the thread that serves the connection writes these two, so += loses nothing.
  private volatile long received;
  private volatile long sent;

  // Only the timer that looks for idle connections writes these.
  private volatile String closedBecause;
  private long progressSeen = -1;
  private int looksWithoutProgress;

  Connection(Socket socket, String peer) throws IOException {
    this.socket = socket;
    this.peer = peer;
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  /** Sets up an accepted socket; closes it if that fails. */
  static Connection accepted(Socket socket, boolean watched) throws IOException {
    try {
      prepare(socket);
      if (watched) {
        // With more the kernel takes megabytes at once and then nothing for a long time: a slow
        // reader would look idle.
        socket.setSendBufferSize(1 << 17);
      }
      return new Connection(socket, Describe.address(socket));
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  static void prepare(Socket socket) throws IOException {
    // Chats and echoes are small pieces, which Nagle's algorithm would hold back (RFC 896).
    socket.setTcpNoDelay(true);
    socket.setOOBInline(true); // Urgent data is data (RFC 6093, section 5).
    socket.setKeepAlive(true); // A peer whose machine or network is gone is found in two minutes.
    if (socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
      socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 60);
      socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 10);
      socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 6);
    }
  }

  /** {@return the peer as the user gave it, or the address an accepted connection came from} */
  public String name() {
    return peer;
  }

  /** {@return the peer's address: {@code 127.0.0.1:7000}} */
  public String address() {
    return Describe.address(socket);
  }

  /** {@return how many bytes have come from the peer} */
  public long received() {
    return received;
  }

  /** {@return how many bytes have been handed to the system for the peer} */
  public long sent() {
    return sent;
  }

  /**
   * Waits until bytes arrive, for some time at most.
   *
   * @param buffer where they go, from its start
   * @param limit counted in milliseconds; zero waits for ever
   * @return how many bytes came, at least 1; or -1 at the end of the stream
   * @throws SocketTimeoutException if none came, with a message for the user; one can go on
   * @throws SocketException if the connection was reset, failed, or was closed from this side
   */
  public int receive(byte[] buffer, Duration limit) throws IOException {
    try {
      if (!limit.equals(receiveLimit)) {
        socket.setSoTimeout(Math.toIntExact(limit.toMillis()));
        receiveLimit = limit;
      }
      int count = in.read(buffer);
      received += Math.max(count, 0);
      return count;
    } catch (SocketTimeoutException e) {
      String nothing = received == 0 ? " sent nothing for " : " sent nothing more for ";
      throw new SocketTimeoutException(peer + nothing + Describe.seconds(limit));
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /**
   * Sends bytes; waits while the peer is slower.
   *
   * @param bytes holds what to send, from its start
   * @param length how many bytes of it
   * @throws SocketException if the connection was reset, failed, or was closed from this side; how
   *     many of the bytes the peer got is then unknown
   */
  public void send(byte[] bytes, int length) throws SocketException {
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
   * @throws SocketException if the connection has already failed
   */
  public void halfClose() throws SocketException {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /** Closes the connection; a thread blocked in it gets a {@link SocketException}. */
  @Override
  public void close() {
    closeQuietly(socket);
  }

  static void closeQuietly(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // There is nothing left to do.
    }
  }

  /** Closes the connection at more than so many looks in a row without progress. */
  void closeIfIdle(int most, Duration limit) {
    long progress = received + sent;
    looksWithoutProgress = progress == progressSeen ? looksWithoutProgress + 1 : 0;
    progressSeen = progress;
    // One look more, for a stop of this process that was too short to be noticed.
    if (looksWithoutProgress > most) {
      closedBecause = "no progress for " + Describe.seconds(limit);
      try {
        socket.setSoLinger(sent < received, 0); // The system would keep an unread rest for minutes.
      } catch (IOException e) {
        // It has just been closed.
      }
      close();
    }
  }

  private SocketException lost(IOException e) {
    String what = "connection to " + peer + " lost: " + Describe.reason(e);
    if (closedBecause != null) {
      what = "connection to " + peer + " closed: " + closedBecause;
    } else if (e.getCause() instanceof EOFException // TLS was cut within a record,
        || Describe.reason(e).equals("Remote host terminated the connection")) { // or between two
      what = peer + " ended the stream without ending TLS: the answer may be cut short";
    }
    return new SocketException(what);
  }
}

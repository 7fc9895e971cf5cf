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
  final Socket tcp;
  private final Socket socket;
  private final String peer;
  private final InputStream in;
  private final OutputStream out;
  private Duration receiveLimit = Duration.ZERO;

  // Only the thread that serves the connection writes these two, so += loses nothing.
  private volatile long received;
  private volatile long sent;
  private volatile String closedBecause; // null unless this side had a reason to close it

  /** The socket is {@code tcp} itself, or a TLS socket on top of it. */
  Connection(Socket tcp, Socket socket, String peer) throws IOException {
    this.tcp = tcp;
    this.socket = socket;
    this.peer = peer;
    try {
      // Chats and echoes are small pieces, which Nagle's algorithm would hold back (RFC 896).
      tcp.setTcpNoDelay(true);
      tcp.setOOBInline(true); // Urgent data is data (RFC 6093, section 5).
      // A vanished peer is found in two minutes; if bytes are unconfirmed, in 15 (tcp_retries2).
      tcp.setKeepAlive(true);
      if (tcp.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
        tcp.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 60);
        tcp.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 10);
        tcp.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 6);
      }
      in = socket.getInputStream();
      out = socket.getOutputStream();
    } catch (IOException e) {
      tcp.close();
      throw e;
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
   * Waits until bytes arrive, or until the limit has passed; a limit of zero waits for ever.
   *
   * @return how many bytes came, 1 or more, to the start of the buffer; -1 at the end of the stream
   * @throws SocketTimeoutException if none came in time; the connection is as good as before
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
   * Sends the first bytes of an array; waits while the peer reads too slowly. After a {@link
   * SocketException} nobody knows how many of them the peer got.
   */
  public void send(byte[] bytes, int length) throws SocketException {
    try {
      out.write(bytes, 0, length);
      sent += length;
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /** Ends the stream to the peer and still receives (half-close, RFC 1122 section 4.2.2.13). */
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
    quietly(socket == tcp ? tcp : () -> Tls.close(socket, tcp));
  }

  /** Closes the connection for a reason, which the thread that is blocked in it gets to know. */
  void abort(String why) {
    closedBecause = why;
    close();
  }

  /** Attempts something that need not succeed, most often to close something. */
  public static void quietly(Closeable attempt) {
    try {
      attempt.close();
    } catch (IOException e) {
      // It was worth a try.
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

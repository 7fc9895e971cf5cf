package sockets;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * The messages that arrive on a connection: lines that end with LF or CRLF. Silence ends a message
 * too, so that a peer without line endings can talk, and so does the end of the stream.
 */
public final class Messages {
  private final Connection connection;
  private final Duration gap;
  private final Duration idle;
  private final byte[] buffer = new byte[8192];
  private int next;
  private int end;

  private boolean endedBySilence; // the last message

  /**
   * The messages from one peer.
   *
   * @param connection where they arrive
   * @param gap the silence that ends a message, counted in milliseconds; zero: only a newline does
   * @param idle the longest silence before a message, counted in milliseconds; zero: no limit
   */
  public Messages(Connection connection, Duration gap, Duration idle) {
    this.connection = connection;
    this.gap = gap;
    this.idle = idle;
  }

  /**
   * Waits for a message and copies it as it arrives, in constant memory, with one LF after it.
   *
   * @param to where it goes
   * @return false if the stream has ended and there is no further message
   * @throws SocketException if the connection failed
   * @throws SocketTimeoutException if the peer was silent for too long
   * @throws IOException if writing failed
   */
  public boolean copyNext(OutputStream to) throws IOException {
    BufferedOutputStream message = new BufferedOutputStream(to);
    boolean lineEndingDue = endedBySilence;
    endedBySilence = false;
    boolean heldReturn = false; // a CR that is data unless the message ends with it
    long length = 0;
    try {
      while (hasNext(length > 0, message)) {
        byte b = buffer[next++];
        if (b == '\n' && lineEndingDue && length == (heldReturn ? 1 : 0)) {
          length = 0;
          return copyNext(to); // It ends the message before, and has come late.
        }
        length++;
        if (b == '\n') {
          break;
        }
        if (heldReturn) {
          message.write('\r');
        }
        heldReturn = b == '\r';
        if (!heldReturn) {
          message.write(b);
        }
      }
    } finally {
      if (length > 0) {
        message.write('\n'); // A message that was cut short becomes a line too.
        message.flush();
      }
    }
    return length > 0;
  }

  /** Waits for a byte; false when the stream or, by silence, the message has ended. */
  private boolean hasNext(boolean begun, OutputStream message) throws IOException {
    if (next < end) {
      return true;
    }
    message.flush();
    boolean gapEndsIt = begun && !gap.isZero();
    try {
      end = connection.receive(buffer, gapEndsIt ? gap : idle);
      next = 0;
    } catch (SocketTimeoutException e) {
      if (!gapEndsIt) {
        throw e;
      }
      endedBySilence = true;
    }
    return next < end;
  }
}

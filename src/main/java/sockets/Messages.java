package sockets;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * The messages that arrive on a connection. A message is a line, which ends with LF or CRLF. So
 * that a peer which sends no line endings can talk, silence after its bytes ends a message too, and
 * so does the end of the stream.
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
   * @param gap the silence that ends a message, counted in milliseconds; zero: none does
   * @param idle the silence that is too long where no message can end, counted in milliseconds;
   *     zero: none is
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
   * @throws ConnectionException if the connection failed, or the peer was silent for too long
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
          lineEndingDue = false; // It has come late, and is no message.
          heldReturn = false;
          length = 0;
          continue;
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
        message.write('\n'); // What came of a message that was cut short is a line too.
        message.flush();
      }
    }
    return length > 0;
  }

  /** Waits for a byte; false at the end of the stream, and where silence ends the message. */
  private boolean hasNext(boolean begun, OutputStream message) throws IOException {
    boolean gapEndsIt = begun && !gap.isZero();
    while (next == end) {
      message.flush();
      try {
        next = 0;
        end = 0;
        end = Math.max(connection.receive(buffer, gapEndsIt ? gap : idle), 0);
      } catch (SocketTimeoutException e) {
        if (!gapEndsIt) {
          throw new ConnectionException(e.getMessage(), e);
        }
        endedBySilence = true;
        return false;
      }
      if (end == 0) {
        return false;
      }
    }
    return true;
  }
}

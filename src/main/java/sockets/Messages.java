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

  /** Silence ended the last message: a line ending that comes now is late, and its own. */
  private boolean lineEndingDue;

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
    boolean begun = false;
    boolean empty = true;
    boolean heldReturn = false; // a CR that is data unless the message ends with it
    try {
      while (true) {
        if (next == end) {
          message.flush();
          int count = receive(begun);
          if (count < 0 && !begun) {
            return false;
          } else if (count <= 0) {
            lineEndingDue = count == 0;
            break;
          }
        }
        byte b = buffer[next++];
        begun = true;
        if (b != '\n') {
          if (heldReturn) {
            message.write('\r');
          }
          empty &= b == '\r' && !heldReturn;
          heldReturn = b == '\r';
          if (!heldReturn) {
            message.write(b);
          }
        } else if (lineEndingDue && empty) {
          begun = false;
          heldReturn = false;
          lineEndingDue = false;
        } else {
          lineEndingDue = false;
          break;
        }
      }
    } catch (ConnectionException e) {
      if (begun) {
        to.write('\n'); // What came of the message is a line of its own.
      }
      throw e;
    }
    message.write('\n');
    message.flush();
    return true;
  }

  /** Refills the buffer: how many bytes came, -1 at the end of the stream, 0 after the gap. */
  private int receive(boolean begun) throws IOException {
    boolean gapEndsIt = begun && !gap.isZero();
    next = 0;
    end = 0;
    try {
      int count = connection.receive(buffer, gapEndsIt ? gap : idle);
      end = Math.max(count, 0);
      return count;
    } catch (SocketTimeoutException e) {
      if (gapEndsIt) {
        return 0;
      }
      throw new ConnectionException(e.getMessage(), e);
    }
  }
}

package sockets;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * The messages from a peer: lines that end with LF or CRLF, or with the stream. Until the first
 * line ending has come, silence ends a message too, for peers that send none.
 */
public final class Messages {
  private final Connection connection;
  private final Duration gap;
  private final Duration idle;
  private final byte[] buffer = new byte[8192];
  private int next;
  private int end;
  private boolean speaksLines; // A line ending has come: from now on, silence ends nothing.

  /** A silence of gap ends a message; one of idle, at any other time, is a failure. Zero: never. */
  public Messages(Connection connection, Duration gap, Duration idle) {
    this.connection = connection;
    this.gap = gap;
    this.idle = idle;
  }

  /**
   * Waits for a message and copies it as it arrives, in constant memory, with one LF after it.
   * Returns false if the stream has ended and there is no further message.
   *
   * @throws SocketTimeoutException if the peer was idle for too long
   */
  public boolean copyNext(OutputStream to) throws IOException {
    BufferedOutputStream message = new BufferedOutputStream(to);
    boolean heldReturn = false; // a CR that is data unless the message ends with it
    long length = 0;
    try {
      while (hasNext(length > 0, message)) {
        byte b = buffer[next++];
        length++;
        if (b == '\n') {
          speaksLines = true;
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

  /** Waits for a byte; false if the stream has ended, or silence has ended the message. */
  private boolean hasNext(boolean begun, OutputStream message) throws IOException {
    if (next < end) {
      return true;
    }
    message.flush();
    boolean silenceEndsIt = begun && !speaksLines && !gap.isZero();
    try {
      end = connection.receive(buffer, silenceEndsIt ? gap : idle);
      next = 0;
    } catch (SocketTimeoutException e) {
      if (!silenceEndsIt) {
        throw e;
      }
    }
    return next < end;
  }
}

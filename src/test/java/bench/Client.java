package bench;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Random;

/**
 * One connection to an echo server, which checks every byte that comes back. It sends a sequence of
 * random bytes that repeats, and begins it at a place of its own, so that bytes that are lost,
 * doubled or another client's are noticed.
 */
final class Client implements Closeable {
  private static final int PERIOD = 65_521;
  private static final int MOST = 128 << 10;
  private static final ByteBuffer SEQUENCE = sequence();

  // All clients are used by one thread: these are its views of the sequence, and its buffer.
  private static final ByteBuffer TO_SEND = SEQUENCE.duplicate();
  private static final ByteBuffer EXPECTED = SEQUENCE.duplicate();
  private static final ByteBuffer RECEIVED = ByteBuffer.allocateDirect(MOST);

  final SocketChannel channel;
  private final int start;
  private long sent;
  private long echoed;

  Client(int number) throws IOException {
    start = (int) (number * 7919L % PERIOD);
    channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  private static ByteBuffer sequence() {
    byte[] random = new byte[PERIOD];
    new Random(1).nextBytes(random);
    ByteBuffer sequence = ByteBuffer.allocateDirect(PERIOD + MOST);
    while (sequence.hasRemaining()) {
      sequence.put(random, 0, Math.min(PERIOD, sequence.remaining()));
    }
    return sequence;
  }

  /** Sends what the system takes at once of the next bytes, so that at most so many are sent. */
  void sendUpTo(long total) throws IOException {
    if (sent < total) {
      sent += channel.write(part(TO_SEND, sent, (int) (total - sent)));
    }
  }

  /** Sends what the system takes at once of so many bytes. */
  void sendMore(int count) throws IOException {
    sendUpTo(sent + count);
  }

  /** Receives and checks what has come; returns how much that was. */
  int receive() throws IOException {
    int count = channel.read(RECEIVED.clear());
    if (count < 0) {
      throw new EOFException("connection closed by the server");
    }
    if (echoed + count > sent || RECEIVED.flip().mismatch(part(EXPECTED, echoed, count)) >= 0) {
      throw new IOException("wrong bytes came back");
    }
    echoed += count;
    return count;
  }

  long echoed() {
    return echoed;
  }

  private ByteBuffer part(ByteBuffer view, long position, int count) {
    int from = (int) ((start + position) % PERIOD);
    return view.limit(from + count).position(from);
  }

  /**
   * Closes so that the server sees an ordinary end of stream (FIN), but then drops the connection
   * (RST): this side would else have to remember it for a minute (TIME_WAIT, RFC 9293 section
   * 3.6.1), and soon have no port left for another.
   */
  @Override
  public void close() throws IOException {
    try (channel) {
      if (channel.isConnected()) {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.shutdownOutput();
      }
    }
  }
}

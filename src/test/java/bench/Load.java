package bench;

import bench.Workload.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Puts a workload on an echo server. One thread and a selector serve all clients, so that these
 * cost little, however many they are, and leave the processors to the server.
 */
final class Load implements Closeable {
  private static final int PATIENCE_SECONDS = 30;
  private static final int CONNECTED = SelectionKey.OP_CONNECT | SelectionKey.OP_WRITE;

  private static final ByteBuffer RANDOM = ByteBuffer.allocateDirect(128 << 10);

  static {
    new Random(1).ints(RANDOM.capacity() / Integer.BYTES).forEach(RANDOM::putInt);
  }

  private final Workload workload;
  private final InetSocketAddress server;
  private final Selector selector = Selector.open();
  private final ByteBuffer received = ByteBuffer.allocateDirect(64 << 10);
  private boolean measuring;
  private int opened;
  private long done;

  Load(Workload workload, InetSocketAddress server) throws IOException {
    this.workload = workload;
    this.server = server;
  }

  /** Connects the clients and has a message of each echoed; few wait at a time, as queues are. */
  void connectAll() throws IOException {
    while (opened < workload.clients()) {
      new Client();
      run(0, () -> opened - done < 8);
    }
    run(0, () -> done == opened);
  }

  /** Keeps the clients busy; returns round trips or bytes per second. */
  double measure(double seconds) throws IOException {
    if (workload.kind() != Kind.CHURN) {
      connectAll();
    }
    measuring = true;
    done = 0;
    long start = System.nanoTime();
    for (SelectionKey key : selector.keys()) {
      key.interestOpsOr(workload.kind() == Kind.STREAM ? SelectionKey.OP_WRITE : 0);
      ((Client) key.attachment()).send();
    }
    while (opened < workload.clients()) {
      new Client();
    }
    double end = start + seconds * 1e9;
    run(seconds, () -> done >= workload.clients() && System.nanoTime() >= end);
    return done * 1e9 / (System.nanoTime() - start);
  }

  private void run(double seconds, BooleanSupplier finished) throws IOException {
    double end = System.nanoTime() + (seconds + PATIENCE_SECONDS) * 1e9;
    while (!finished.getAsBoolean()) {
      if (System.nanoTime() >= end) {
        throw new IOException("not served in time with " + opened + " connected");
      }
      selector.select(100);
      for (SelectionKey key : selector.selectedKeys()) {
        ((Client) key.attachment()).goOn(key);
      }
      selector.selectedKeys().clear();
    }
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      ((Client) key.attachment()).close();
    }
    selector.close();
  }

  /** A connection: it sends its own message again and again, and checks each byte that returns. */
  private final class Client {
    private final SocketChannel channel = SocketChannel.open();
    private final ByteBuffer message = RANDOM.slice(97 * opened++ % 65_521, workload.bytes());
    private final ByteBuffer expected = message.duplicate();

    /** Begins to connect: where the server's queue is full that takes seconds, of this client's. */
    Client() throws IOException {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false).register(selector, CONNECTED, this);
      channel.connect(server);
    }

    /** Sends what the system takes at once. */
    void send() throws IOException {
      if (!message.hasRemaining()) {
        message.rewind();
      }
      channel.write(message);
    }

    void goOn(SelectionKey key) throws IOException {
      if (key.interestOps() == CONNECTED) {
        channel.finishConnect();
        key.interestOps(SelectionKey.OP_READ);
        send();
      }
      int count = key.isReadable() ? receive() : 0;
      boolean complete = count > 0 && expected.position() == 0;
      if (measuring && workload.kind() == Kind.STREAM) {
        done += count;
        if (key.isWritable()) {
          send();
        }
      } else if (complete) {
        done++;
        if (workload.kind() == Kind.CHURN) {
          close();
          new Client();
        } else if (measuring) {
          send();
        }
      } else if (message.hasRemaining()) {
        send();
      }
    }

    private int receive() throws IOException {
      int count = channel.read(received.clear().limit(expected.remaining()));
      if (count < 0) {
        throw new IOException("connection closed by the server");
      }
      if (!received.flip().equals(expected.slice(expected.position(), count))) {
        throw new IOException("wrong bytes came back");
      }
      expected.position((expected.position() + count) % workload.bytes());
      return count;
    }

    /**
     * Ends the stream, as clients do (FIN), but then drops the connection (RST): remembered for a
     * minute (TIME_WAIT, RFC 9293 section 3.6.1), each would keep a port, and these run out.
     */
    void close() throws IOException {
      try (channel) {
        if (channel.isConnected()) {
          channel.setOption(StandardSocketOptions.SO_LINGER, 0);
          channel.shutdownOutput();
        }
      }
    }
  }
}

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** The echo server with many clients that write and never read. */
class SlowReadersIT {
  private static final int CLIENTS = 150;
  private static final int HEAP_MEGABYTES = 128;

  /** Code, thread stacks, and a direct buffer of 64 KB for each connection. */
  private static final int BESIDE_HEAP_MEGABYTES = 200;

  @BeforeAll
  static void needs() {
    Watch.assumeLinuxWith();
  }

  @Test
  void clientsThatNeverReadStopNobodyAndFillNothing() throws Exception {
    List<String> heap = List.of("-Xmx" + HEAP_MEGABYTES + "m");
    List<Writer> writers = new ArrayList<>();
    try (Child server = Child.withJvm(heap, "EchoServer", "0")) {
      int port = server.port();
      for (int i = 0; i < CLIENTS; i++) {
        writers.add(new Writer(port));
      }
      AtomicLong total = new AtomicLong();
      Watch.until(
          "all are stuck",
          () -> {
            long now = writers.stream().mapToLong(writer -> writer.written).sum();
            boolean same = total.getAndSet(now) == now;
            return same && writers.stream().allMatch(Writer::isStuck);
          });

      try (Peer client = Peer.connect(port)) {
        for (int i = 0; i < 100; i++) {
          assertEquals("hello\n", client.send("hello\n").receiveLine());
        }
      }
      int resident = Watch.residentMegabytes(server.pid());
      assertTrue(resident < HEAP_MEGABYTES + BESIDE_HEAP_MEGABYTES, resident + " MB");
      assertFalse(server.err.text().contains("EchoServer: closed "), server.err.text());
      assertFalse(server.err.text().contains("OutOfMemory"), server.err.text());

      Writer late = writers.get(CLIENTS / 2);
      int some = 200_000;
      assertArrayEquals(Arrays.copyOf(Writer.pattern(), some), late.peer.receive(some));
    } finally {
      for (Writer writer : writers) {
        writer.peer.close();
      }
    }
  }

  /** A client that writes in a thread of its own for as long as the server takes it. */
  private static final class Writer {
    final Peer peer;
    volatile long written;
    private long seen = -1;

    Writer(int port) throws IOException {
      Socket socket = new Socket();
      socket.setReceiveBufferSize(1 << 13);
      socket.setSendBufferSize(1 << 13);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      peer = new Peer(socket);
      Thread thread = new Thread(this::write);
      thread.setDaemon(true);
      thread.start();
    }

    /** No progress since this was last called. */
    boolean isStuck() {
      long last = seen;
      seen = written;
      return last == seen && last > 0;
    }

    private void write() {
      byte[] bytes = pattern();
      try {
        while (true) {
          peer.send(bytes);
          written += bytes.length;
        }
      } catch (IOException e) {
        // The test is over.
      }
    }

    static byte[] pattern() {
      byte[] bytes = new byte[1 << 18];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (i * 31 + (i >> 8));
      }
      return bytes;
    }
  }
}

package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import testkit.Trace;

class BlockingCallsTest {
  private final List<String> lines = new ArrayList<>();
  private final BlockingCalls calls = new BlockingCalls(lines::add);
  private final byte[] buffer = new byte[100];

  /** Compares all lines since the last time, but for the times; returns the seconds in the last. */
  private double assertLines(String... expected) {
    String last = lines.get(lines.size() - 1);
    String thread = last.split(" +")[1];
    assertEquals(List.of(expected), Trace.of(thread, String.join("\n", lines)));
    lines.clear();
    return Double.parseDouble(last.replaceFirst(".* after (\\d+\\.\\d{3}) s$", "$1"));
  }

  @Test
  void eachCallIsNarratedWithTheTimeBlocked() throws IOException {
    Connector connector = new Connector(calls, InetAddress.class, Duration.ZERO, null);
    try (Listener listener = Listener.listen(calls, "127.0.0.1", 0, lines::add)) {
      String address = listener.address();
      int port = Integer.parseInt(address.replaceFirst(".*:", ""));
      try (Connection client = connector.connect("127.0.0.1", port)) {
        assertLines("connect(" + address + ") ...", "connect(" + address + ") = ok");
        Connection server = listener.accept();
        assertLines("accept() ...", "accept() = " + server.name());
        client.send(buffer, 6);
        assertLines("send(6 bytes) ...", "send(6 bytes) = ok");
        server.receive(buffer, Duration.ZERO);
        assertLines("recv() ...", "recv() = 6 bytes");
        server.send(buffer, 1);
        assertLines("send(1 byte) ...", "send(1 byte) = ok");
        Duration limit = Duration.ofMillis(120);
        assertThrows(SocketTimeoutException.class, () -> server.receive(buffer, limit));
        double seconds = assertLines("recv() ...", "recv() = Read timed out");
        assertTrue(seconds >= 0.1 && seconds < 30, seconds + " s");
        client.halfClose();
        server.receive(buffer, Duration.ZERO);
        assertLines("recv() ...", "recv() = end of stream");
        server.tcp.setSoLinger(true, 0);
        server.close();
        client.receive(buffer, Duration.ZERO);
        lines.clear();
        assertThrows(SocketException.class, () -> client.receive(buffer, Duration.ZERO));
        assertLines("recv() ...", "recv() = Connection reset");
      }
    }
  }

  @Test
  void aCallIsNarratedAsItIsEnteredAndTheNamesOfThreadsFormAColumn() throws Exception {
    for (String name : List.of("main     ", "client-1 ", "client-12", "client-1000")) {
      FutureTask<Integer> reading =
          new FutureTask<>(
              () -> calls.call("read(keyboard)", lines::size, count -> count + " line"));
      new Thread(reading, name.strip()).start();
      assertEquals(1, reading.get());
      assertEquals(" " + name + " read(keyboard) ...", lines.get(0).substring(12));
      assertLines("read(keyboard) ...", "read(keyboard) = 1 line");
    }
  }

  @Test
  void silentCallsAreMadeAndNotDecorated() throws IOException {
    BlockingCalls silent = new BlockingCalls(null);
    assertEquals("x", silent.call("read(keyboard)", () -> "x", text -> text));
    try (Socket socket = silent.socket();
        ServerSocket server = silent.serverSocket()) {
      assertEquals(Socket.class, socket.getClass());
      assertEquals(ServerSocket.class, server.getClass());
    }
  }
}

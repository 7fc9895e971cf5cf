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
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import testkit.Peer;
import testkit.Trace;

class BlockingCallsTest {
  private final List<String> lines = new ArrayList<>();
  private final BlockingCalls calls = new BlockingCalls(lines::add);
  private final byte[] buffer = new byte[100];
  @AutoClose private ServerSocket listener;
  @AutoClose private Connection connection;
  @AutoClose private Peer peer;

  @BeforeEach
  void connect() throws IOException {
    listener = Peer.listen();
    connection =
        new Connector(calls, InetAddress.class, Duration.ofSeconds(10), null)
            .connect("127.0.0.1", listener.getLocalPort());
    peer = Peer.accept(listener);
  }

  /** Compares all lines since the last time, but for the times; returns the seconds in the last. */
  private double assertLines(String... expected) {
    String last = lines.get(lines.size() - 1);
    String thread = last.split(" +")[1];
    assertEquals(List.of(expected), Trace.of(thread, String.join("\n", lines)));
    lines.clear();
    return Double.parseDouble(last.replaceFirst(".* after (\\d+\\.\\d{3}) s$", "$1"));
  }

  @Test
  void eachCallOfAConnectionIsNarrated() throws IOException {
    String connect = "connect(127.0.0.1:" + Peer.port(listener) + ")";
    assertLines(connect + " ...", connect + " = ok");
    peer.send("hello\n");
    assertEquals(6, connection.receive(buffer, Duration.ZERO));
    assertLines("recv() ...", "recv() = 6 bytes");
    connection.send(buffer, 6);
    assertLines("send(6 bytes) ...", "send(6 bytes) = ok");
    assertEquals("hello\n", peer.receiveLine());
    peer.send("x").halfClose();
    connection.receive(buffer, Duration.ZERO);
    assertLines("recv() ...", "recv() = 1 byte");
    connection.receive(buffer, Duration.ZERO);
    assertLines("recv() ...", "recv() = end of stream");
  }

  @Test
  void aCallThatFailsIsNarratedWithTheTimeBlocked() throws IOException {
    lines.clear();
    Duration limit = Duration.ofMillis(120);
    assertThrows(SocketTimeoutException.class, () -> connection.receive(buffer, limit));
    double seconds = assertLines("recv() ...", "recv() = Read timed out");
    assertTrue(seconds >= 0.1 && seconds < 30, seconds + " s");
    peer.reset();
    assertThrows(SocketException.class, () -> connection.receive(buffer, Duration.ZERO));
    assertLines("recv() ...", "recv() = Connection reset");
  }

  @Test
  void acceptingIsNarratedAndSoIsWhatWasAccepted() throws IOException {
    try (Server server = Server.listen(calls, "127.0.0.1", 0, lines::add)) {
      lines.clear();
      int port = Integer.parseInt(server.address().replaceFirst(".*:", ""));
      try (Peer client = Peer.connect(port);
          Connection accepted = server.accept()) {
        assertEquals(client.name(), accepted.name());
        assertLines("accept() ...", "accept() = " + client.name());
        client.send("abc");
        accepted.receive(buffer, Duration.ZERO);
        accepted.send(buffer, 3);
        assertLines("recv() ...", "recv() = 3 bytes", "send(3 bytes) ...", "send(3 bytes) = ok");
      }
    }
  }

  @Test
  void aCallIsNarratedAsItIsEnteredAndTheNamesOfThreadsFormAColumn() throws Exception {
    lines.clear();
    for (String name : List.of("main     ", "client-1 ", "client-12", "client-1000")) {
      FutureTask<Void> reading =
          new FutureTask<>(
              () -> {
                calls.call("read(keyboard)", () -> lines.size() + " line");
                return null;
              });
      new Thread(reading, name.strip()).start();
      reading.get();
      assertEquals(" " + name + " read(keyboard) ...", lines.get(0).substring(12));
      assertLines("read(keyboard) ...", "read(keyboard) = 1 line");
    }
  }

  @Test
  void silentCallsAreMadeAndNotDecorated() throws IOException {
    new BlockingCalls(null).call("read(keyboard)", () -> "" + lines.add("called"));
    assertEquals("called", lines.get(lines.size() - 1));
    try (Socket socket = new BlockingCalls(null).socket();
        ServerSocket server = new BlockingCalls(null).serverSocket()) {
      assertEquals(Socket.class, socket.getClass());
      assertEquals(ServerSocket.class, server.getClass());
    }
  }
}

package sockets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import testkit.Peer;

class TracedCallsTest {
  private final List<String> lines = new ArrayList<>();
  private final TracedCalls calls = new TracedCalls(lines::add);
  private final byte[] buffer = new byte[100];

  /** Compares all lines so far without the times, whose form is checked; forgets them. */
  private void assertLines(String... expected) {
    String thread = String.format("%-9s", Thread.currentThread().getName());
    Pattern pattern =
        Pattern.compile(
            "\\d\\d:\\d\\d:\\d\\d\\.\\d{3} "
                + Pattern.quote(thread)
                + " (.*?)( after \\d+\\.\\d{3} s)?");
    List<String> actual = new ArrayList<>();
    for (String line : lines) {
      Matcher matcher = pattern.matcher(line);
      assertTrue(matcher.matches(), line);
      boolean returns = !matcher.group(1).endsWith(" ...");
      assertEquals(returns, matcher.group(2) != null, line);
      actual.add(matcher.group(1));
    }
    assertEquals(List.of(expected), actual);
    lines.clear();
  }

  private Connection connect(ServerSocket listener) throws IOException {
    Connection connection =
        new Connector(calls, InetAddress.class, Duration.ofSeconds(10))
            .connect("127.0.0.1", listener.getLocalPort());
    lines.clear();
    return connection;
  }

  @Test
  void theNamesOfThreadsFormAColumn() throws IOException {
    for (String name : List.of("main", "client-1", "client-1000")) {
      Thread.currentThread().setName(name);
      calls.keyboard(InputStream.nullInputStream()).read();
      assertLines("read(keyboard) ...", "read(keyboard) = end of input");
    }
  }

  @Test
  void connectingIsNarrated() throws IOException {
    try (ServerSocket listener = Peer.listen();
        Socket socket = calls.socket()) {
      socket.connect(listener.getLocalSocketAddress(), 10_000);
      String call = "connect(127.0.0.1:" + listener.getLocalPort() + ")";
      assertLines(call + " ...", call + " = ok");
    }
  }

  @Test
  void connectingInVainIsNarrated() throws IOException {
    ServerSocket closed = Peer.listen();
    InetSocketAddress address = (InetSocketAddress) closed.getLocalSocketAddress();
    closed.close();
    try (Socket socket = calls.socket()) {
      assertThrows(IOException.class, () -> socket.connect(address, 10_000));
    }
    String call = "connect(127.0.0.1:" + address.getPort() + ")";
    assertLines(call + " ...", call + " = Connection refused");
  }

  @Test
  void receivingIsNarratedPieceByPieceUpToTheEndOfTheStream() throws IOException {
    try (ServerSocket listener = Peer.listen();
        Connection connection = connect(listener);
        Peer peer = Peer.accept(listener)) {
      peer.send("hello\n");
      connection.receive(buffer);
      assertLines("recv() ...", "recv() = 6 bytes");
      peer.send("x");
      connection.receive(buffer);
      assertLines("recv() ...", "recv() = 1 byte");
      peer.halfClose();
      connection.receive(buffer);
      assertLines("recv() ...", "recv() = end of stream");
    }
  }

  @Test
  void receivingInVainIsNarrated() throws IOException {
    try (ServerSocket listener = Peer.listen();
        Connection connection = connect(listener);
        Peer peer = Peer.accept(listener)) {
      Duration limit = Duration.ofMillis(1);
      assertThrows(SocketTimeoutException.class, () -> connection.receive(buffer, limit));
      assertLines("recv() ...", "recv() = Read timed out");
      peer.reset();
      assertThrows(ConnectionException.class, () -> connection.receive(buffer));
      assertLines("recv() ...", "recv() = Connection reset");
    }
  }

  @Test
  void aCallIsNarratedWhileItIsBlocked() throws IOException {
    try (ServerSocket listener = Peer.listen()) {
      List<String> seen = new ArrayList<>();
      Peer[] peer = new Peer[1];
      TracedCalls sending =
          new TracedCalls(
              line -> {
                seen.add(line);
                if (line.endsWith("recv() ...")) {
                  try {
                    peer[0].send("x"); // only now can the call return
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                }
              });
      try (Connection connection =
          new Connector(sending, InetAddress.class, Duration.ZERO)
              .connect("127.0.0.1", listener.getLocalPort())) {
        peer[0] = Peer.accept(listener);
        assertEquals(1, connection.receive(buffer));
        peer[0].close();
      }
      assertEquals(4, seen.size());
    }
  }

  @Test
  void sendingIsNarrated() throws IOException {
    try (ServerSocket listener = Peer.listen();
        Connection connection = connect(listener);
        Peer peer = Peer.accept(listener)) {
      connection.send("hello\n".getBytes(UTF_8), 6);
      assertLines("send(6 bytes) ...", "send(6 bytes) = ok");
      assertEquals("hello\n", peer.receiveLine());
      connection.send(buffer, 1);
      assertLines("send(1 byte) ...", "send(1 byte) = ok");
    }
  }

  @Test
  void sendingInVainIsNarrated() throws IOException {
    try (ServerSocket listener = Peer.listen();
        Connection connection = connect(listener)) {
      connection.halfClose();
      assertThrows(ConnectionException.class, () -> connection.send(buffer, 1));
      assertEquals(2, lines.size());
      assertTrue(lines.get(1).contains(" send(1 byte) = "), lines.get(1));
      assertFalse(lines.get(1).contains(" = ok"), lines.get(1));
    }
  }

  @Test
  void acceptingIsNarratedAndSoIsWhatWasAccepted() throws IOException {
    try (ServerSocket listener = calls.serverSocket()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (Peer peer = Peer.connect(listener.getLocalPort());
          Connection connection = Connection.accepted(listener.accept())) {
        assertEquals("127.0.0.1:" + peer.socket.getLocalPort(), connection.peer());
        assertLines("accept() ...", "accept() = " + connection.peer());
        peer.send("abc");
        connection.receive(buffer);
        connection.send(buffer, 3);
        assertLines("recv() ...", "recv() = 3 bytes", "send(3 bytes) ...", "send(3 bytes) = ok");
      }
    }
  }

  @Test
  void acceptingInVainIsNarrated() throws IOException {
    ServerSocket listener = calls.serverSocket();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    listener.setSoTimeout(1);
    assertThrows(IOException.class, listener::accept);
    assertLines("accept() ...", "accept() = Accept timed out");
    listener.close();
  }

  @Test
  void aTypedLineIsOneCall() throws IOException {
    InputStream keyboard = calls.keyboard(new ByteArrayInputStream("one\n\ntw".getBytes(UTF_8)));
    assertEquals("one\n", new String(keyboard.readNBytes(4), UTF_8));
    assertLines("read(keyboard) ...", "read(keyboard) = 4 bytes");
    assertEquals('\n', keyboard.read());
    assertLines("read(keyboard) ...", "read(keyboard) = 1 byte");
    assertEquals('t', keyboard.read());
    assertLines("read(keyboard) ...");
    assertEquals('w', keyboard.read());
    assertEquals(-1, keyboard.read());
    assertLines("read(keyboard) = 2 bytes");
    assertEquals(-1, keyboard.read());
    assertLines("read(keyboard) ...", "read(keyboard) = end of input");
  }

  @Test
  void aKeyboardThatFailsIsNarrated() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("Input/output error");
          }
        };
    InputStream keyboard = calls.keyboard(broken);
    assertThrows(IOException.class, keyboard::read);
    assertLines("read(keyboard) ...", "read(keyboard) = Input/output error");
  }

  @Test
  void theTimeBlockedIsMeasured() throws IOException {
    try (ServerSocket listener = Peer.listen();
        Connection connection = connect(listener)) {
      Duration limit = Duration.ofMillis(120);
      assertThrows(SocketTimeoutException.class, () -> connection.receive(buffer, limit));
      String after = lines.get(1).replaceFirst(".* after (\\d+\\.\\d+) s$", "$1");
      double seconds = Double.parseDouble(after);
      assertTrue(seconds >= 0.1 && seconds < 30, lines.get(1));
    }
  }

  @Test
  void plainCallsAreNotDecorated() throws IOException {
    BlockingCalls plain = new BlockingCalls();
    InputStream in = InputStream.nullInputStream();
    assertEquals(in, plain.keyboard(in));
    try (Socket socket = plain.socket();
        ServerSocket listener = plain.serverSocket()) {
      assertEquals(Socket.class, socket.getClass());
      assertEquals(ServerSocket.class, listener.getClass());
    }
  }
}

package sockets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import testkit.Peer;

class ConnectorTest {
  private static Connector connector(Class<? extends InetAddress> family) {
    return new Connector(new BlockingCalls(), family, Duration.ofSeconds(10));
  }

  private static String failure(Connector connector, String host, int port) {
    return assertThrows(IOException.class, () -> connector.connect(host, port)).getMessage();
  }

  @Test
  void connectsToAnAddress() throws IOException {
    try (ServerSocket listener = Peer.listen();
        Connection connection =
            connector(Inet4Address.class).connect("127.0.0.1", listener.getLocalPort());
        Peer peer = Peer.accept(listener)) {
      connection.send("hello\n".getBytes(UTF_8), 6);
      assertEquals("hello\n", peer.receiveLine());
      assertEquals("127.0.0.1:" + listener.getLocalPort(), connection.peer());
      assertEquals("127.0.0.1:" + listener.getLocalPort(), connection.address());
    }
  }

  @Test
  void aPeerIsCalledWhatTheUserCalledIt() throws IOException {
    try (ServerSocket listener = Peer.listen();
        Connection connection =
            connector(Inet4Address.class).connect("localhost", listener.getLocalPort())) {
      assertEquals("localhost:" + listener.getLocalPort(), connection.peer());
      assertEquals("127.0.0.1:" + listener.getLocalPort(), connection.address());
    }
  }

  @Test
  void connectsToAnIpv6Address() throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getByName("::1"));
        Connection connection =
            connector(Inet6Address.class).connect("::1", listener.getLocalPort())) {
      assertEquals("[::1]:" + listener.getLocalPort(), connection.peer());
      assertEquals("[::1]:" + listener.getLocalPort(), connection.address());
    }
  }

  @Test
  void aConnectionDoesNotHoldSmallPiecesBack() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    BlockingCalls calls =
        new BlockingCalls() {
          @Override
          public Socket socket() {
            sockets.add(super.socket());
            return sockets.get(0);
          }
        };
    try (ServerSocket listener = Peer.listen();
        Connection connection =
            new Connector(calls, InetAddress.class, Duration.ZERO)
                .connect("127.0.0.1", listener.getLocalPort())) {
      assertTrue(sockets.get(0).getTcpNoDelay(), connection.peer());
    }
  }

  @Test
  void refusedIsSaidInTheSystemsWords() throws IOException {
    int port;
    try (ServerSocket listener = Peer.listen()) {
      port = listener.getLocalPort();
    }
    assertEquals(
        "cannot connect to 127.0.0.1:" + port + ": Connection refused",
        failure(connector(InetAddress.class), "127.0.0.1", port));
    assertEquals(
        "cannot connect to [::1]:" + port + ": Connection refused",
        failure(connector(InetAddress.class), "::1", port));
  }

  @Test
  void anUnknownHostIsSaid() {
    assertEquals(
        "cannot resolve no.such.host.invalid: unknown host",
        failure(connector(InetAddress.class), "no.such.host.invalid", 80));
  }

  @Test
  void theEmptyNameIsNoHost() {
    assertEquals("cannot resolve '': unknown host", failure(connector(InetAddress.class), "", 80));
  }

  @Test
  void anAddressOfTheOtherFamilyDoesNotCount() {
    assertEquals(
        "cannot resolve 127.0.0.1: it has no IPv6 address",
        failure(connector(Inet6Address.class), "127.0.0.1", 80));
    assertEquals(
        "cannot resolve ::1: it has no IPv4 address",
        failure(connector(Inet4Address.class), "::1", 80));
  }

  /** Fails to connect, and remembers the timeout and whether it was closed. */
  private static final class Failing extends Socket {
    private final IOException failure;
    private int timeout = -1;

    Failing(IOException failure) {
      this.failure = failure;
    }

    @Override
    public void connect(SocketAddress address, int millis) throws IOException {
      timeout = millis;
      throw failure;
    }
  }

  private static BlockingCalls giving(Socket socket) {
    return new BlockingCalls() {
      @Override
      public Socket socket() {
        return socket;
      }
    };
  }

  @Test
  void aTimeoutIsSaidWithItsLength() {
    Failing socket = new Failing(new SocketTimeoutException("Connect timed out"));
    Connector connector = new Connector(giving(socket), InetAddress.class, Duration.ofMillis(2500));
    assertEquals(
        "cannot connect to 127.0.0.1:80: timed out after 2.5 s",
        failure(connector, "127.0.0.1", 80));
    assertEquals(2500, socket.timeout);
  }

  @Test
  void aSocketThatDoesNotConnectIsClosed() {
    Failing socket = new Failing(new IOException("Network is unreachable"));
    Connector connector = new Connector(giving(socket), InetAddress.class, Duration.ZERO);
    assertEquals(
        "cannot connect to 127.0.0.1:80: Network is unreachable",
        failure(connector, "127.0.0.1", 80));
    assertEquals(0, socket.timeout);
    assertTrue(socket.isClosed());
  }
}

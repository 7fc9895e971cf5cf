package sockets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Peer;

class ConnectorTest {
  private static Connector connector(Class<? extends InetAddress> family) {
    return new Connector(new BlockingCalls(null), family, Duration.ofSeconds(10), null);
  }

  private static void assertFails(String message, Connector connector, String host, int port) {
    IOException e = assertThrows(IOException.class, () -> connector.connect(host, port));
    assertEquals(message, e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1:, 127.0.0.1:",
    "localhost, localhost:, 127.0.0.1:", // as the user called it, and where that is
    "::1, [::1]:, [::1]:",
  })
  void connectsToAHost(String host, String peerName, String address) throws IOException {
    InetAddress local = InetAddress.getByName(host.equals("::1") ? host : "127.0.0.1");
    Class<? extends InetAddress> family = local.getClass();
    try (ServerSocket listener = new ServerSocket(0, 1, local);
        Connection connection = connector(family).connect(host, listener.getLocalPort());
        Peer peer = Peer.accept(listener)) {
      connection.send("hello\n".getBytes(UTF_8), 6);
      assertEquals("hello\n", peer.receiveLine());
      peer.socket.sendUrgentData('!'); // is data, where a connection has its options
      assertEquals(1, connection.receive(new byte[1], Duration.ZERO));
      assertEquals(peerName + listener.getLocalPort(), connection.name());
      assertEquals(address + listener.getLocalPort(), connection.address());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "[::1]"})
  void refusedIsSaidInTheSystemsWords(String host) throws IOException {
    try (Socket nobody = new Socket()) {
      nobody.bind(new InetSocketAddress(host, 0));
      int port = nobody.getLocalPort();
      String refused = "cannot connect to " + host + ":" + port + ": Connection refused";
      assertFails(refused, connector(InetAddress.class), host, port);
    }
  }

  /** An address of the other family does not count. */
  @ParameterizedTest
  @CsvSource({
    "'', no..such.host, unknown host", // which the system knows without asking a name server
    "'', '', unknown host",
    "'', [x], unknown host", // which is no address
    "6, 127.0.0.1, it has no IPv6 address",
    "4, ::1, it has no IPv4 address",
  })
  void aHostWithoutAnAddressIsNotResolved(String family, String host, String why) throws Exception {
    String name = host.isEmpty() ? "''" : host;
    Class<?> addresses = Class.forName("java.net.Inet" + family + "Address");
    Connector connector = connector(addresses.asSubclass(InetAddress.class));
    assertFails("cannot resolve " + name + ": " + why, connector, host, 80);
  }

  @Test
  void aTimeoutIsSaidWithItsLength() throws IOException {
    Connector connector =
        new Connector(new BlockingCalls(null), InetAddress.class, Duration.ofMillis(50), null);
    try (ServerSocket full = Peer.fullQueue()) {
      int port = full.getLocalPort();
      String where = "127.0.0.1:" + port;
      assertFails(
          "cannot connect to " + where + ": timed out after 0.05 s", connector, "127.0.0.1", port);
    }
  }

  /**
   * Where nobody listens, connects until the system chooses the very port that it connects to: that
   * takes some ten thousand tries, about a second.
   */
  @Test
  void aConnectionToItselfIsRefusedAndClosed() throws IOException {
    int port;
    try (ServerSocket listener = Peer.listen();
        Peer client = Peer.connect(listener.getLocalPort())) {
      port = client.socket.getLocalPort(); // one that the system gives to clients
      client.reset();
    }
    String refused = "cannot connect to 127.0.0.1:" + port + ": Connection refused";
    boolean[] connected = {false};
    BlockingCalls calls = new BlockingCalls(line -> connected[0] |= line.contains(" = ok "));
    Connector connector = new Connector(calls, InetAddress.class, Duration.ZERO, null);
    while (!connected[0]) {
      assertFails(refused, connector, "127.0.0.1", port);
    }
    String established = String.format(":%04X \\S+:%04X 01 ", port, port); // proc_net_tcp(5)
    String tcp =
        Files.readString(Path.of("/proc/net/tcp")) + Files.readString(Path.of("/proc/net/tcp6"));
    assertFalse(Pattern.compile(established).matcher(tcp).find());
  }
}

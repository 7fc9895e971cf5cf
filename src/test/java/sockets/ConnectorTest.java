package sockets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.ServerSocket;
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
    return new Connector(BlockingCalls.SILENT, family, Duration.ofSeconds(10), null);
  }

  private static String failure(Connector connector, String host, int port) {
    return assertThrows(IOException.class, () -> connector.connect(host, port)).getMessage();
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
      assertEquals(peerName + listener.getLocalPort(), connection.peer());
      assertEquals(address + listener.getLocalPort(), connection.address());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "[::1]"})
  void refusedIsSaidInTheSystemsWords(String host) throws IOException {
    int port;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      port = listener.getLocalPort();
    }
    assertEquals(
        "cannot connect to " + host + ":" + port + ": Connection refused",
        failure(connector(InetAddress.class), host, port));
  }

  @ParameterizedTest
  @CsvSource({
    "no..such.host, unknown host", // which the system knows without asking a name server
    "'', unknown host",
    "[x], unknown host", // which is no address
  })
  void aHostWithoutAnAddressIsNotResolved(String host, String why) {
    String name = host.isEmpty() ? "''" : host;
    assertEquals(
        "cannot resolve " + name + ": " + why, failure(connector(InetAddress.class), host, 80));
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

  @Test
  void aTimeoutIsSaidWithItsLength() throws IOException {
    Connector connector =
        new Connector(BlockingCalls.SILENT, InetAddress.class, Duration.ofMillis(50), null);
    try (ServerSocket full = Peer.fullQueue()) {
      String where = "127.0.0.1:" + full.getLocalPort();
      assertEquals(
          "cannot connect to " + where + ": timed out after 0.05 s",
          failure(connector, "127.0.0.1", full.getLocalPort()));
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
    boolean[] connected = {false};
    BlockingCalls calls = BlockingCalls.traced(line -> connected[0] |= line.contains(" = ok "));
    Connector connector = new Connector(calls, InetAddress.class, Duration.ZERO, null);
    while (!connected[0]) {
      assertEquals(
          "cannot connect to 127.0.0.1:" + port + ": Connection refused",
          failure(connector, "127.0.0.1", port));
    }
    String established = String.format(":%04X \\S+:%04X 01 ", port, port); // proc_net_tcp(5)
    String tcp =
        Files.readString(Path.of("/proc/net/tcp")) + Files.readString(Path.of("/proc/net/tcp6"));
    assertFalse(Pattern.compile(established).matcher(tcp).find());
  }
}

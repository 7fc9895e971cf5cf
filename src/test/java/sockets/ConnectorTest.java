package sockets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import testkit.Peer;

/** The file src/test/resources/hosts has the names and their addresses. */
class ConnectorTest {
  private static Connector connector(Class<? extends InetAddress> family, long millis) {
    return new Connector(new BlockingCalls(null), family, Duration.ofMillis(millis), null);
  }

  private static void assertFails(String why, Connector connector, String host, int port) {
    IOException e = assertThrows(IOException.class, () -> connector.connect(host, port));
    assertEquals(why.replace("HERE", host + ":" + port), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1:, 127.0.0.1:",
    "localhost, localhost:, 127.0.0.1:", // as the user called it, and where that is
    "two.test, two.test:, 127.0.0.1:", // 127.0.0.2 does not answer
    "0.0.0.0, 0.0.0.0:, 127.0.0.1:", // "listening on 0.0.0.0:7000"
    "::, [::]:, [::1]:",
    "::1, [::1]:, [::1]:",
  })
  void connectsToAHost(String host, String peerName, String address) throws IOException {
    InetAddress local = InetAddress.getByName(address.replaceFirst(":$", ""));
    try (ServerSocket listener = new ServerSocket(0, 1, local);
        Connection connection =
            connector(local.getClass(), 0).connect(host, listener.getLocalPort());
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
  @CsvSource({
    "127.0.0.1, Connection refused",
    "[::1], Connection refused",
    "two.test, Connection refused (127.0.0.2); Connection refused (127.0.0.1)",
  })
  void refusedIsSaidInTheSystemsWordsForEachAddress(String host, String why) throws IOException {
    try (Socket nobody = new Socket()) {
      nobody.bind(new InetSocketAddress(host, 0));
      int port = nobody.getLocalPort();
      Connector connector = connector(InetAddress.class, 10_000);
      assertFails("cannot connect to HERE: " + why, connector, host, port);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "no.such.host, no.such.host",
    "'', ''''''",
    "' ', ''' '''",
    "[x], [x]", // which is no address
  })
  void aHostWithoutAnAddressIsNotResolved(String host, String named) {
    String why = "cannot resolve " + named + ": unknown host";
    assertFails(why, connector(InetAddress.class, 0), host, 80);
  }

  @Test
  void aTimeoutIsSaidWithItsLength() throws IOException {
    Connector connector = connector(InetAddress.class, 50);
    try (ServerSocket full = Peer.fullQueue()) {
      String timeout = "cannot connect to HERE: timed out after 0.05 s";
      assertFails(timeout, connector, "127.0.0.1", full.getLocalPort());
    }
  }

  /**
   * Where nobody listens, connects until the system chooses the very port that it connects to. It
   * goes through every other port in small steps and skips those that are taken: some right before
   * this one make sure that it does not step over it.
   */
  @Test
  void aConnectionToItselfIsRefused() throws IOException {
    int port;
    try (ServerSocket listener = Peer.listen();
        Peer client = Peer.connect(listener.getLocalPort())) {
      port = client.socket.getLocalPort(); // one that the system gives to clients
      client.reset();
    }
    List<Socket> taken = new ArrayList<>();
    for (int distance = 2; distance <= 16; distance += 2) {
      InetSocketAddress before = new InetSocketAddress("127.0.0.1", port - distance);
      Socket socket = new Socket();
      taken.add(socket);
      Connection.quietly(() -> socket.bind(before));
    }
    boolean[] connected = {false};
    BlockingCalls calls = new BlockingCalls(line -> connected[0] |= line.contains(" = ok "));
    Connector connector = new Connector(calls, InetAddress.class, Duration.ZERO, null);
    while (!connected[0]) {
      assertFails("cannot connect to HERE: Connection refused", connector, "127.0.0.1", port);
    }
    for (Socket socket : taken) {
      socket.close();
    }
  }
}

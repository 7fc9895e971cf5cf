package sockets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Peer;

class ConnectionTest {
  @AutoClose private Peer peer;
  @AutoClose private Connection connection;
  private Socket socket;
  private final byte[] buffer = new byte[100];

  @BeforeEach
  void connect() throws IOException {
    try (ServerSocket listener = Peer.listen()) {
      peer = Peer.connect(listener.getLocalPort());
      socket = listener.accept();
      connection = new Connection(socket, "there:80");
    }
  }

  private String receive() throws IOException {
    return new String(buffer, 0, connection.receive(buffer, Duration.ZERO), UTF_8);
  }

  private static String failure(Executable action) {
    return assertThrows(SocketException.class, action).getMessage();
  }

  @Test
  void bytesAreSentAndReceivedAsTheyAreAndCountedAlsoAfterAHalfClose() throws IOException {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    connection.send(all, 256);
    connection.send(all, 5);
    assertArrayEquals(all, peer.receive(256));
    connection.halfClose();
    assertEquals(5, peer.receiveAll().length);
    assertEquals(261, connection.sent());
    peer.send(all).halfClose();
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    for (int count; (count = connection.receive(buffer, Duration.ZERO)) >= 0; ) {
      received.write(buffer, 0, count);
    }
    assertArrayEquals(all, received.toByteArray());
    assertEquals(-1, connection.receive(buffer, Duration.ZERO), "the end stays the end");
    assertEquals(256, connection.received());
  }

  @Test
  void aTimeoutLeavesTheConnectionAsItWasAndAResetDoesNot() throws IOException {
    Duration limit = Duration.ofMillis(1);
    Executable receive = () -> connection.receive(buffer, limit);
    assertEquals(
        "there:80 sent nothing for 0.001 s",
        assertThrows(SocketTimeoutException.class, receive).getMessage());
    peer.send("x");
    assertEquals("x", receive());
    assertEquals(
        "there:80 sent nothing more for 0.001 s",
        assertThrows(SocketTimeoutException.class, receive).getMessage());
    peer.send("y");
    assertEquals("y", receive());
    assertEquals(0, socket.getSoTimeout(), "the next receive waits however long");
    peer.reset();
    assertEquals("connection to there:80 lost: Connection reset", failure(this::receive));
  }

  @Test
  void aClosedConnectionIsOfNoUse() {
    connection.close();
    connection.close();
    for (Executable action :
        List.<Executable>of(
            this::receive, () -> connection.send(buffer, 1), connection::halfClose)) {
      String failure = failure(action);
      assertTrue(failure.startsWith("connection to there:80 lost: "), failure);
    }
  }

  @Test
  void whatIsAcceptedHasTheOptionsThatEveryConnectionHas() throws IOException {
    assertEquals(peer.name(), Connection.accepted(socket, false).name());
    assertTrue(socket.getTcpNoDelay());
    assertTrue(socket.getOOBInline());
    assertTrue(socket.getKeepAlive());
    assertEquals(60, socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE));
    assertEquals(10, socket.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL));
    assertEquals(6, socket.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT));
  }

  @Test
  void whatTheIdleWatchSeesHasASmallSendBufferAndCanBeClosedWhileItSends() throws Exception {
    Connection watched = Connection.accepted(socket, true);
    assertTrue(socket.getSendBufferSize() <= 1 << 18, "doubled by Linux");
    byte[] all = new byte[1 << 24]; // more than the system takes
    FutureTask<String> blocked =
        new FutureTask<>(() -> failure(() -> watched.send(all, all.length)));
    new Thread(blocked).start();
    peer.receive(1);
    watched.closeIfIdle(-1, Duration.ofSeconds(1));
    String why = " closed: no progress for 1 s";
    assertEquals("connection to " + peer.name() + why, blocked.get());
  }

  @Test
  void anAcceptedSocketOfNoUseIsClosed() throws IOException {
    try (Socket gone =
        new Socket() {
          @Override
          public void setTcpNoDelay(boolean on) throws SocketException {
            throw new SocketException("Invalid argument");
          }
        }) {
      assertThrows(IOException.class, () -> Connection.accepted(gone, false));
      assertTrue(gone.isClosed());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void whatAnIdlePeerHasNotReadIsDiscarded(int sent) throws IOException {
    peer.send("x");
    receive();
    connection.send(buffer, sent);
    connection.closeIfIdle(-1, Duration.ofSeconds(1));
    assertEquals("connection to there:80 closed: no progress for 1 s", failure(this::receive));
    if (sent == 1) { // as much as was received
      assertEquals(1, peer.receiveAll().length);
    } else {
      assertThrows(IOException.class, peer::receiveAll, "it is reset");
    }
    connection.closeIfIdle(-1, Duration.ofSeconds(1)); // It may have been closed just before.
  }
}

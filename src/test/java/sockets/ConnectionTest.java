package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import testkit.Peer;

/** That bytes pass unchanged, and are counted, is in the tests of the programs. */
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
      connection = new Connection(socket, socket, "there:80");
    }
  }

  private int receive() throws IOException {
    return connection.receive(buffer, Duration.ZERO);
  }

  private static String failure(Executable action) {
    return assertThrows(IOException.class, action).getMessage();
  }

  @Test
  void aTimeoutLeavesTheConnectionAsItWasAndAResetDoesNot() throws IOException {
    Executable receive = () -> connection.receive(buffer, Duration.ofMillis(1));
    assertThrows(SocketTimeoutException.class, receive);
    assertEquals("there:80 sent nothing for 0.001 s", failure(receive));
    peer.send("x");
    assertEquals(1, receive());
    assertEquals("there:80 sent nothing more for 0.001 s", failure(receive));
    peer.send("yz");
    assertEquals(2, receive());
    assertEquals(0, socket.getSoTimeout(), "the next receive waits however long");
    peer.reset();
    assertThrows(SocketException.class, this::receive);
    assertEquals("connection to there:80 lost: Connection reset", failure(this::receive));
  }

  @Test
  void aClosedConnectionIsOfNoUseAndSaysWhyItWasClosed() {
    connection.close();
    connection.close();
    List<Executable> actions =
        List.of(this::receive, () -> connection.send(buffer, 1), connection::halfClose);
    for (Executable action : actions) {
      String failure = failure(action);
      assertTrue(failure.startsWith("connection to there:80 lost: "), failure);
    }
    connection.abort("no progress for 1 s");
    for (Executable action : actions) {
      assertEquals("connection to there:80 closed: no progress for 1 s", failure(action));
    }
  }

  @Test
  void everyConnectionHasItsOptions() throws IOException {
    assertTrue(socket.getTcpNoDelay());
    assertTrue(socket.getOOBInline());
    assertTrue(socket.getKeepAlive());
    assertEquals(60, socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE));
    assertEquals(10, socket.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL));
    assertEquals(6, socket.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT));
  }

  @Test
  void aSocketOfNoUseIsClosed() {
    Socket unconnected = new Socket(); // It has no streams.
    assertThrows(IOException.class, () -> new Connection(unconnected, unconnected, "there:80"));
    assertTrue(unconnected.isClosed());
  }
}

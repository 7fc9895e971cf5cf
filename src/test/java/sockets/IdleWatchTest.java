package sockets;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Peer;

class IdleWatchTest {
  private static final Duration LONG = Duration.ofHours(1);

  @AutoClose private Peer peer;
  @AutoClose private Connection connection;
  private IdleWatch watch;

  @BeforeEach
  void connect() throws IOException {
    try (ServerSocket listener = Peer.listen()) {
      peer = Peer.withSmallBuffers(listener.getLocalPort());
      Socket socket = listener.accept();
      connection = new Connection(socket, socket, "peer");
    }
  }

  /** Has a service use the connection, which is watched. */
  private void serve(Duration limit, Executable service) {
    watch = new IdleWatch(watched -> assertDoesNotThrow(service), limit);
    watch.accept(connection);
  }

  private void receive() throws IOException {
    connection.receive(new byte[1], Duration.ZERO);
  }

  private void send(int count) throws IOException {
    connection.send(new byte[count], count);
  }

  private static void assertClosed(String limit, Executable action) {
    String why = assertThrows(SocketException.class, action).getMessage();
    assertEquals("connection to peer closed: no progress for " + limit, why);
  }

  /** Looks as often as an idle connection survives. */
  private void look() {
    for (int i = 0; i <= 8; i++) {
      watch.look();
      assertFalse(connection.tcp.isClosed(), "look " + i);
    }
  }

  @Test
  void whatMakesNoProgressIsClosedAndWhatReceivesOrSendsStaysOpenUntilItStops() throws IOException {
    peer.send("abcd");
    serve(
        LONG,
        () -> {
          for (int i = 0; i < 2; i++) {
            look();
            receive();
            look();
            send(1);
            look();
            receive(); // as much as is sent back
            send(1);
          }
          look();
          watch.look();
          assertClosed("3600 s", this::receive);
          watch.look(); // It is still being served.
        });
  }

  @Test
  void aConnectionThatIsServedNoMoreIsNotWatched() {
    serve(LONG, () -> {});
    look();
    look();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void whatAnIdlePeerHasNotReadIsDropped(int sent) throws IOException {
    peer.send("x");
    serve(
        LONG,
        () -> {
          receive();
          send(sent);
          look();
          watch.look();
        });
    if (sent == 1) { // as much as was received
      assertEquals(1, peer.receiveAll().length);
    } else {
      assertThrows(IOException.class, peer::receiveAll, "it is reset");
    }
  }

  @Test
  void aTimerLooksAndAConnectionCanBeClosedWhileItSends() {
    serve(
        Duration.ofMillis(80),
        () -> {
          assertTrue(connection.tcp.getSendBufferSize() <= 1 << 18, "doubled by Linux");
          assertClosed("0.08 s", () -> send(1 << 24)); // more than the system takes
        });
  }
}

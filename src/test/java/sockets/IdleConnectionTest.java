package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdleConnectionTest {
  /** The first one that sees no progress only learns how much there was. */
  private static final int LOOKS = 5;

  @AutoClose
  private final ScriptedSocket socket =
      new ScriptedSocket(Collections.nCopies(LOOKS * 3, new byte[1]));

  private final byte[] buffer = new byte[1];
  private Connection connection;

  @BeforeEach
  void connect() throws IOException {
    connection = socket.connection();
  }

  /** Looks as often as an idle connection survives. */
  private void look() {
    for (int i = 0; i <= LOOKS; i++) {
      connection.closeIfIdle(LOOKS, Duration.ofHours(1));
      assertFalse(socket.isClosed(), "look " + i);
    }
  }

  @Test
  void whatMakesNoProgressIsClosed() throws IOException {
    connection.receive(buffer, Duration.ZERO);
    look();
    connection.closeIfIdle(LOOKS, Duration.ofHours(1));
    SocketException e =
        assertThrows(SocketException.class, () -> connection.receive(buffer, Duration.ZERO));
    assertEquals("connection to peer closed: no progress for 3600 s", e.getMessage());
  }

  @Test
  void whatReceivesOrSendsNowAndThenStaysOpen() throws IOException {
    for (int i = 0; i < LOOKS; i++) {
      look();
      connection.receive(buffer, Duration.ZERO);
      look();
      connection.send(buffer, 1);
      look();
      connection.receive(buffer, Duration.ZERO); // as much as is sent back
      connection.send(buffer, 1);
    }
  }
}

package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdleWatchTest {
  /** Of an IdleWatch until it closes: the first only learns how much there was. */
  private static final int LOOKS = 10;

  @AutoClose
  private final ScriptedSocket socket =
      new ScriptedSocket(Collections.nCopies(LOOKS * 3, new byte[1]));

  private final byte[] buffer = new byte[1];
  private Connection connection;

  @BeforeEach
  void connect() throws IOException {
    connection = socket.connection();
  }

  /** The connection is not closed by any of these. */
  private void look(IdleWatch watch, int times) {
    for (int i = 0; i < times; i++) {
      watch.run();
      assertFalse(socket.isClosed(), "look " + i);
    }
  }

  @Test
  void whatMakesNoProgressIsClosed() throws IOException {
    IdleWatch watch = new IdleWatch(List.of(connection), Duration.ofHours(1));
    connection.receive(buffer, Duration.ZERO);
    look(watch, LOOKS - 1);
    watch.run();
    ConnectionException e =
        assertThrows(ConnectionException.class, () -> connection.receive(buffer, Duration.ZERO));
    assertEquals("connection to peer closed: no progress for 3600 s", e.getMessage());
  }

  @Test
  void whatReceivesOrSendsNowAndThenStaysOpen() throws IOException {
    IdleWatch watch = new IdleWatch(List.of(connection), Duration.ofHours(1));
    for (int i = 0; i < LOOKS; i++) {
      look(watch, LOOKS - 1);
      connection.receive(buffer, Duration.ZERO);
      look(watch, LOOKS - 1);
      connection.send(buffer, 1);
      look(watch, LOOKS - 1);
      connection.receive(buffer, Duration.ZERO); // as much as is sent back
      connection.send(buffer, 1);
    }
  }

  @Test
  void aLookThatComesLateDoesNotCount() throws InterruptedException {
    IdleWatch watch = new IdleWatch(List.of(connection), Duration.ofSeconds(4));
    assertEquals(Duration.ofMillis(500), watch.interval());
    look(watch, LOOKS - 1);
    Thread.sleep(2 * watch.interval().toMillis() + 50); // as if this process were stopped
    look(watch, 1);
    watch.run();
    assertTrue(socket.isClosed(), "the next one counts again");
  }
}

package cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import testkit.Capture;

class NoticesTest {
  /** As many texts as are kept for a stream that is stuck. */
  private static final int ROOM = 10_000;

  private final Capture screen = new Capture();
  private final Semaphore moves = new Semaphore(0);
  private final Notices notices = new Notices(new PrintStream(stuck(screen, moves), true));

  /** A terminal after Ctrl-S: writes a text for each permit. */
  static OutputStream stuck(Capture screen, Semaphore moves) {
    return new OutputStream() {
      @Override
      public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        moves.acquireUninterruptibly();
        screen.write(bytes, offset, length);
      }
    };
  }

  private void move() {
    moves.release(1_000_000);
  }

  @AfterEach
  void endTheWaiting() {
    move();
  }

  @Test
  void textsArePrintedInTheirOrderAndAtOnce() {
    move();
    notices.print("> ");
    screen.await("> ");
    StringBuilder expected = new StringBuilder("> ");
    for (int i = 0; i < 100; i++) {
      notices.print(i + " ");
      expected.append(i).append(' ');
    }
    assertTrue(notices.flush(Long.MAX_VALUE));
    assertEquals(expected.toString(), screen.text());
  }

  @Test
  void aStuckStreamHoldsUpNobodyAndWhatIsLostIsCountedWhenItMoves() {
    StringBuilder expected = new StringBuilder();
    for (int i = 1; i <= ROOM + 3; i++) {
      notices.print(i + "\n"); // would never return if it waited
      if (i <= ROOM) {
        expected.append(i).append('\n');
      }
    }
    assertEquals("", screen.text());
    moves.release(2);
    screen.await("2\n");
    notices.print("after a gap\n"); // There is room again.
    move();
    screen.await("was stuck)\n");
    notices.print("as before\n");
    assertTrue(notices.flush(Long.MAX_VALUE));
    expected.append("after a gap\n(3 lines could not be printed: standard error was stuck)\n");
    assertTrue((expected + "as before\n").equals(screen.text()), "all in order, and the count");
  }

  @Test
  void aFlushGivesUpAfterItsTimeOrWhenItIsInterrupted() {
    assertTrue(notices.flush(0), "nothing is to be waited for");
    notices.print("x");
    assertFalse(notices.flush(1));
    Thread.currentThread().interrupt();
    assertFalse(notices.flush(Long.MAX_VALUE));
    assertTrue(Thread.interrupted());
  }

  @Test
  @Timeout(20) // a fifth of what it would take if every flush waited
  void aStuckStreamIsWaitedForOnceAndAgainWhenItHasMoved() {
    notices.print("late\n");
    for (int i = 0; i < 400; i++) {
      notices.flush();
    }
    assertEquals("", screen.text());
    move();
    assertTrue(notices.flush(Long.MAX_VALUE));
    for (int i = 0; i < 20; i++) {
      notices.print(i + "\n");
      notices.flush();
      assertTrue(screen.text().endsWith("\n" + i + "\n"), screen.text());
    }
  }
}

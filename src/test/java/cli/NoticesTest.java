package cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import testkit.Capture;
import testkit.Watch;

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
    List<Thread> printers =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("notices"))
            .toList();
    assertFalse(printers.isEmpty());
    assertTrue(printers.stream().allMatch(Thread::isDaemon), "what ends main ends the process");
    notices.close();
    assertEquals(expected.toString(), screen.text());
  }

  @Test
  void aStuckStreamHoldsUpNobodyAndWhatIsLostIsCountedWhenItMoves() {
    notices.print("0\n");
    Watch.until("it is being printed", moves::hasQueuedThreads);
    StringBuilder expected = new StringBuilder("0\n");
    for (int i = 1; i <= ROOM + 3; i++) {
      notices.print(i + "\n"); // would never return if it waited
      if (i <= ROOM) {
        expected.append(i).append('\n');
      }
    }
    assertEquals("", screen.text());
    moves.release(2);
    screen.await("1\n");
    Watch.until("there is room again", moves::hasQueuedThreads);
    notices.print("after a gap\n");
    move();
    screen.await("was stuck)\n");
    notices.print("as before\n");
    notices.close();
    expected.append("after a gap\n(3 lines could not be printed: standard error was stuck)\n");
    assertTrue((expected + "as before\n").equals(screen.text()), "all in order, and the count");
  }

  @Test
  void afterTheEndNothingIsPrintedAndNothingIsCountedAsLost() {
    notices.print("before\n");
    notices.close(); // gives up, as the stream is stuck
    notices.print("after\n");
    move();
    notices.close();
    assertEquals("before\n", screen.text());
  }

  @Test
  void anInterruptEndsTheWaiting() {
    notices.print("x");
    Thread.currentThread().interrupt();
    notices.close();
    assertTrue(Thread.interrupted());
  }
}

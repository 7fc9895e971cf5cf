package cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import testkit.Capture;
import testkit.Watch;

class BackgroundOutputTest {
  private final Capture screen = new Capture();
  private final Semaphore moves = new Semaphore(0);

  /** A terminal after Ctrl-S: takes a text for each permit. */
  private final OutputStream terminal =
      new FilterOutputStream(screen) {
        @Override
        public void write(byte[] bytes, int offset, int length) {
          moves.acquireUninterruptibly(length == 0 ? 0 : 1);
          screen.write(bytes, offset, length);
        }
      };

  private final BackgroundOutput output = new BackgroundOutput(terminal);

  private void print(String text) {
    output.write(text.getBytes(UTF_8), 0, text.length());
  }

  /** From now on the terminal takes everything. */
  @AfterEach
  void move() {
    moves.release(1_000_000);
  }

  private void fill() {
    print("begun\n");
    Watch.until("it is being printed", moves::hasQueuedThreads);
    for (int i = 0; i < BackgroundOutput.ROOM; i++) {
      print("\n"); // would never return if it waited
    }
  }

  private static long millis(Runnable task) {
    long start = System.nanoTime();
    task.run();
    return (System.nanoTime() - start) / 1_000_000;
  }

  @Test
  void textsArePrintedAtOnceAndInOrderAndFlushWaitsForThem() {
    move();
    print("> ");
    screen.await("> ");
    StringBuilder expected = new StringBuilder("> ");
    for (int i = 0; i < 1000; i++) {
      print(i + " ");
      expected.append(i).append(' ');
    }
    output.write('.');
    output.flush();
    assertEquals(expected + ".", screen.text());
  }

  @Test
  void aStuckStreamHoldsUpNobodyAndWhatIsLostIsCountedWhenItHasTakenTheOthers() {
    fill();
    print("lost\n");
    print("lost\n");
    print("lost\n");
    assertEquals("", screen.text());
    moves.release(2);
    screen.await("begun\n\n");
    Watch.until("there is room again", moves::hasQueuedThreads);
    print("after a gap\n");
    move();
    screen.await("printed)\n");
    print("as before\n");
    output.flush();
    String last = "after a gap\n(3 lines could not be printed)\nas before\n";
    assertEquals("begun\n" + "\n".repeat(BackgroundOutput.ROOM) + last, screen.text());
  }

  @Test
  void flushCountsForNothingAndWhatWasLostBeforeItIsSaid() {
    fill();
    output.flush();
    move();
    screen.awaitBytes("begun\n".length() + BackgroundOutput.ROOM);
    print("none lost\n");
    assertFalse(screen.await("none lost\n").contains("printed)"));
    moves.drainPermits();
    fill();
    print("lost\n");
    output.flush();
    move();
    screen.await("(1 line could not be printed)\n");
  }

  @Test
  void aStuckStreamIsWaitedForOnceUntilItMovesAgain() {
    PrintStream err = new PrintStream(output);
    Console console = new Console(new StandardStreams(null, null, err, false, false));
    for (int times = 1; times <= 2; times++) {
      print("x");
      Watch.until("it is being printed", moves::hasQueuedThreads);
      long first = millis(console::end);
      assertTrue(first >= 250 && first < 10_000, first + " ms");
      long next = millis(output::flush);
      assertTrue(next < 250, next + " ms");
      moves.release();
      screen.awaitBytes(times);
    }
  }

  @Test
  void dataComesAfterWhatWasSaid() throws IOException {
    move();
    PrintStream err = new PrintStream(output, false, UTF_8);
    OutputStream out = new StandardStreams(null, screen, err, false, false).output();
    for (int i = 0; i < 100; i++) {
      err.print("said\n");
      out.write("data\n".getBytes(UTF_8));
    }
    assertEquals("said\ndata\n".repeat(100), screen.text());
  }
}

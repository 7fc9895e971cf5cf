package bench;

import java.io.IOException;
import java.time.Duration;

/** Says what is being measured: on a terminal in one line that is rewritten. */
final class Progress {
  private static final int WIDTH = 79;
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final boolean terminal = isTerminal();
  private int total;
  private double shortest;
  private long start;
  private long shown;
  private int done;
  private boolean ended;

  private static boolean isTerminal() {
    try {
      return new ProcessBuilder("test", "-t", "2").inheritIO().start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  /** So many measurements come, each of which takes at least so long. */
  synchronized void begin(int measurements, Duration least) {
    total = measurements;
    shortest = least.toMillis() / 1e3;
    start = System.nanoTime();
    shown = start - PAUSE.toNanos();
  }

  /** The next measurement begins. A log gets a line only now and then. */
  synchronized void next(String what) {
    long now = System.nanoTime();
    double each = Math.max(shortest, (now - start) / 1e9 / Math.max(1, done));
    long left = Math.round(each * (total - done));
    done++;
    String text =
        String.format("%d of %d, %d:%02d left: %s", done, total, left / 60, left % 60, what);
    if (ended) {
      return;
    }
    if (terminal) {
      System.err.print("\r" + text.substring(0, Math.min(text.length(), WIDTH)) + "\033[K");
    } else if (now - shown >= PAUSE.toNanos()) {
      System.err.println(text);
      shown = now;
    }
  }

  /** Takes the line away; no other comes. */
  synchronized void end() {
    if (terminal && !ended) {
      System.err.print("\r\033[K");
    }
    ended = true;
  }
}

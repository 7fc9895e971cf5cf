package cli;

import java.io.PrintStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Prints to standard error in a thread of its own, in order, so that a terminal or a pipe that is
 * stuck holds up nobody. Texts for which there is no room are counted, and the count is printed
 * when the stream moves again.
 */
final class Notices {
  /** At 60 characters each, a megabyte or two. */
  private static final int MOST_WAITING = 10_000;

  /** A signal has to end the process within a second, also if standard error is stuck. */
  private static final long PATIENCE_MILLIS = 500;

  private static final String END = ""; // which nobody prints

  private final PrintStream err;
  private final BlockingQueue<String> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
  private final AtomicInteger lost = new AtomicInteger();
  private final Thread printer = new Thread(this::printAll, "notices");

  Notices(PrintStream err) {
    this.err = err;
    printer.setDaemon(true);
    printer.start();
  }

  /** Prints a text soon; returns at once. */
  void print(String text) {
    if (!waiting.offer(text)) {
      lost.incrementAndGet();
    }
  }

  private void printAll() {
    try {
      for (String text; !(text = waiting.take()).equals(END); ) {
        err.print(text);
        err.flush();
        if (waiting.isEmpty() && lost.get() > 0) {
          int lines = lost.getAndSet(0);
          err.printf("(%d lines could not be printed: standard error was stuck)%n", lines);
        }
      }
    } catch (InterruptedException e) {
      // Nobody does that.
    }
  }

  /** Takes no more, and waits until everything is printed, unless the stream is stuck. */
  void close() {
    print(END);
    try {
      printer.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package cli;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Prints to standard error in a thread of its own, in order, so that a terminal or a pipe that is
 * stuck holds up nobody. Lines for which there is no room are counted, and the count is printed
 * when the stream moves again.
 */
final class Notices {
  /** At 60 characters each, a megabyte or two. */
  private static final int MOST_WAITING = 10_000;

  private static final long PATIENCE_MILLIS = 250;

  private final PrintStream err;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private final ExecutorService printer = Executors.newSingleThreadExecutor(Notices::daemon);
  private volatile boolean stuck;

  Notices(PrintStream err) {
    this.err = err;
    printer.execute(() -> {}); // Later there may be no thread left for it.
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "notices");
    thread.setDaemon(true);
    return thread;
  }

  /** Prints a text soon; returns at once. */
  void print(String text) {
    if (waiting.incrementAndGet() > MOST_WAITING) {
      waiting.decrementAndGet();
      lost.incrementAndGet();
    } else {
      printer.execute(() -> printNow(text));
    }
  }

  private void printNow(String text) {
    err.print(text);
    err.flush();
    stuck = false;
    if (waiting.decrementAndGet() == 0 && lost.get() > 0) {
      err.printf("(%d lines could not be printed: standard error was stuck)%n", lost.getAndSet(0));
    }
  }

  /** Waits until everything is printed, but not for a stream that is stuck. */
  void flush() {
    stuck = stuck || !flush(PATIENCE_MILLIS);
  }

  /** Waits until everything is printed, for some time at most; false if that was too short. */
  boolean flush(long millis) {
    if (waiting.get() == 0) {
      return true;
    }
    CountDownLatch printed = new CountDownLatch(1);
    printer.execute(printed::countDown);
    try {
      return printed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

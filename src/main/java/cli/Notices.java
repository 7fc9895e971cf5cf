package cli;

import java.io.PrintStream;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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

  private final PrintStream err;
  private final AtomicInteger lost = new AtomicInteger();
  private final ThreadPoolExecutor printer =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(MOST_WAITING),
          Notices::daemon,
          this::lose);

  Notices(PrintStream err) {
    this.err = err;
    printer.prestartCoreThread(); // Later there may be no thread left for it.
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "notices");
    thread.setDaemon(true);
    return thread;
  }

  private void lose(Runnable task, ThreadPoolExecutor full) {
    if (!full.isShutdown()) {
      lost.incrementAndGet();
    }
  }

  /** Prints a text soon; returns at once. */
  void print(String text) {
    printer.execute(() -> printNow(text));
  }

  private void printNow(String text) {
    err.print(text);
    err.flush();
    if (printer.getQueue().isEmpty() && lost.get() > 0) {
      err.printf("(%d lines could not be printed: standard error was stuck)%n", lost.getAndSet(0));
    }
  }

  /** Takes no more, and waits until everything is printed, unless the stream is stuck. */
  void close() {
    printer.shutdown();
    try {
      printer.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

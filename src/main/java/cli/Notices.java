package cli;

import java.io.PrintStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
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

  /** Then the stream is stuck. */
  private static final long PATIENCE_MILLIS = 250;

  private final PrintStream err;
  private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
  private final AtomicInteger lost = new AtomicInteger();
  private volatile boolean closed;

  Notices(PrintStream err) {
    this.err = err;
    Thread printer = new Thread(this::run, "notices");
    printer.setDaemon(true);
    printer.start();
  }

  /** Prints a text soon; returns at once. */
  void print(String text) {
    if (!closed && !waiting.offer(() -> printNow(text))) {
      lost.incrementAndGet();
    }
  }

  private void printNow(String text) {
    err.print(text);
    err.flush();
    if (waiting.isEmpty() && lost.get() > 0) {
      err.printf("(%d lines could not be printed: standard error was stuck)%n", lost.getAndSet(0));
    }
  }

  private void run() {
    try {
      while (true) {
        waiting.take().run();
      }
    } catch (InterruptedException e) {
      // Nobody does that.
    }
  }

  /** Waits until everything is printed, but not for a stream that is stuck. */
  void flush() {
    CountDownLatch printed = new CountDownLatch(1);
    try {
      if (waiting.offer(printed::countDown)) {
        printed.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes no more, and flushes. */
  void close() {
    closed = true;
    flush();
  }
}

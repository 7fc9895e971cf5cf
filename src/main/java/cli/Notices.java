package cli;

import java.io.PrintStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import sockets.Describe;

/**
 * Prints to standard error, in order, in a thread of its own: a stuck terminal or pipe holds up
 * nobody. Texts that find no room are counted; the count is printed when the stream moves again.
 */
final class Notices {
  private final PrintStream err;
  private final AtomicInteger lost = new AtomicInteger();

  /** At 60 characters each, a megabyte or two at most. */
  private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>(10_000);

  private final ThreadPoolExecutor printer =
      new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, waiting, this::thread, this::refuse);

  Notices(PrintStream err) {
    this.err = err;
    printer.prestartCoreThread(); // Later the system may have no thread left.
  }

  /** Prints a text soon; returns at once. */
  void print(String text) {
    printer.execute(() -> printNow(text));
  }

  private void printNow(String text) {
    err.print(text);
    if (waiting.isEmpty() && lost.get() > 0) {
      String lines = Describe.count(lost.getAndSet(0), "line");
      err.println("(" + lines + " could not be printed: standard error was stuck)");
    }
  }

  private Thread thread(Runnable printing) {
    Thread thread = new Thread(printing, "notices");
    thread.setDaemon(true);
    return thread;
  }

  private void refuse(Runnable text, ThreadPoolExecutor printer) {
    if (!printer.isShutdown()) {
      lost.incrementAndGet();
    }
  }

  /** Waits until everything is printed, but not for a stream that is stuck. */
  void flush() {
    CompletableFuture<Void> printed = CompletableFuture.runAsync(() -> {}, printer);
    printed.completeOnTimeout(null, 250, TimeUnit.MILLISECONDS).join();
  }

  /** Takes no more, and waits until all is printed, but not for a stream that is stuck. */
  void close() {
    printer.shutdown();
    try {
      printer.awaitTermination(250, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

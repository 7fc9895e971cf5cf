package sockets;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs tasks again and again on one daemon thread, until it is closed. */
final class Timer implements Closeable {
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(task -> Threads.daemon(task, "timer"));

  /** Runs a task at an interval; if it fails, it is run again all the same. */
  void every(Duration interval, Runnable task) {
    long nanos = interval.toNanos();
    executor.scheduleWithFixedDelay(() -> survive(task), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private static void survive(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | OutOfMemoryError e) {
      // The executor would drop a task that throws. The next run may be luckier.
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}

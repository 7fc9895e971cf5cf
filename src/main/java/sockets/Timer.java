package sockets;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs tasks again and again on one daemon thread, until it is closed. */
public final class Timer implements Closeable {
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(task -> Threads.daemon(task, "timer"));

  /** Has no task, and no thread yet. */
  public Timer() {}

  /**
   * Runs a task at an interval.
   *
   * @param interval from the end of one run to the start of the next
   * @param task must not block; if it fails, it is run again all the same
   */
  public void every(Duration interval, Runnable task) {
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

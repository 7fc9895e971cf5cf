package sockets;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The kind of thread that serves a connection, by its name on the command line. */
public enum Threads {
  /** Threads of the operating system, which shares the processors out among them. */
  platform,
  /** Threads of the JVM (JEP 444): a blocked one costs little, a busy one keeps its processor. */
  virtual;

  /** {@return whether this JVM has them; virtual ones came with Java 21} */
  public boolean areSupported() {
    return this == platform || Runtime.version().feature() >= 21;
  }

  /** {@return an executor with a daemon thread per task; OutOfMemoryError if none can start} */
  public Executor perConnection() {
    if (this == platform) {
      return Executors.newCachedThreadPool(task -> daemon(task, "client"));
    }
    try { // in a way that Java 17 can compile
      return (Executor) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs a task after each interval, in a daemon thread named {@code timer}; after zero, never. */
  public static void every(Duration interval, Runnable task) {
    if (!interval.isZero()) {
      long nanos = interval.toNanos();
      Executors.newSingleThreadScheduledExecutor(run -> daemon(run, "timer"))
          .scheduleWithFixedDelay(task, nanos, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** {@return a thread for which the process does not wait} */
  public static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}

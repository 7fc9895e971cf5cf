package sockets;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** The kind of thread that serves a connection. */
public enum Threads {
  /** Threads of the operating system, which shares the processors out among them. */
  PLATFORM,
  /**
   * Threads of the JVM (JEP 444). A blocked one costs little memory and no thread of the system,
   * but nothing takes the processor from one that never blocks.
   */
  VIRTUAL;

  /** {@return whether this JVM has them; virtual ones came with Java 21} */
  public boolean areSupported() {
    return this == PLATFORM || Runtime.version().feature() >= 21;
  }

  /**
   * Runs each task on a thread of its own, a daemon. A platform thread whose task has ended runs
   * another.
   *
   * @return the executor; where the system has no thread left, {@link Executor#execute} throws the
   *     {@link OutOfMemoryError} of {@link Thread#start}
   */
  public Executor perConnection() {
    if (this == PLATFORM) {
      return Executors.newCachedThreadPool(task -> daemon(task, "client"));
    }
    try { // in a way that Java 17 can compile
      return (Executor) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}

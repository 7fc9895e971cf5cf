package sockets;

import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/** Which kind of thread each connection is given. */
public enum Threads {
  /** Virtual ones where the JVM has them, otherwise platform ones. */
  AUTO,
  /** Virtual threads (JEP 444): a blocked one costs some memory, but no thread of the system. */
  VIRTUAL,
  /** Threads of the operating system. One whose connection has ended serves another. */
  PLATFORM;

  /**
   * What this kind means on the JVM that runs.
   *
   * @return {@link #VIRTUAL} or {@link #PLATFORM}
   */
  public Threads resolved() {
    if (this == AUTO) {
      return Runtime.version().feature() >= 21 ? VIRTUAL : PLATFORM;
    }
    return this;
  }

  /**
   * Runs each task on a thread of its own, named {@code client-1}, {@code client-2} and so on. A
   * platform thread that serves another connection later keeps its name.
   *
   * @return the executor; where the system has no thread left, {@link Executor#execute} throws the
   *     {@link OutOfMemoryError} of {@link Thread#start}
   * @throws UnsupportedOperationException if this JVM (before 21) has no virtual threads
   */
  public Executor perConnection() {
    return named("client-");
  }

  Executor named(String prefix) {
    if (resolved() == VIRTUAL) {
      ThreadFactory virtual = virtualThreads(prefix);
      return task -> virtual.newThread(task).start();
    }
    return new ReusedThreads(prefix);
  }

  static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** {@code Thread.ofVirtual().name(prefix, 1).factory()}, which Java 17 can't compile. */
  private static ThreadFactory virtualThreads(String prefix) {
    try {
      Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object named =
          builder
              .getMethod("name", String.class, long.class)
              .invoke(Thread.class.getMethod("ofVirtual").invoke(null), prefix, 1L);
      return (ThreadFactory) builder.getMethod("factory").invoke(named);
    } catch (ReflectiveOperationException e) {
      throw new UnsupportedOperationException("this JVM has no virtual threads (Java 21 does)", e);
    }
  }
}

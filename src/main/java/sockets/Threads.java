package sockets;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The kind of thread that serves a connection. */
public enum Threads {
  /** Virtual ones where the JVM has them, otherwise platform ones. */
  AUTO,
  /** Virtual threads (JEP 444): a blocked one costs some memory, but no thread of the system. */
  VIRTUAL,
  /** Threads of the operating system. One whose connection has ended serves another. */
  PLATFORM;

  /** {@return whether these are virtual: not {@link #PLATFORM}, and on Java 21 or newer} */
  public boolean areVirtual() {
    return this != PLATFORM && Runtime.version().feature() >= 21;
  }

  /**
   * Runs each task on a thread of its own.
   *
   * @return the executor; where the system has no thread left, {@link Executor#execute} throws the
   *     {@link OutOfMemoryError} of {@link Thread#start}
   */
  public Executor perConnection() {
    if (areVirtual()) {
      try { // in a way that Java 17 can compile
        return (Executor) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    // When thousands have left, their threads keep memory, and the kernel searches long lists of
    // waiting threads to wake one of them: they wait for another client for 15 s at most.
    ThreadFactory daemons = task -> daemon(task, "client");
    return new ThreadPoolExecutor(
        0, Integer.MAX_VALUE, 15, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons);
  }

  static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}

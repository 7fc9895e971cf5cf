package sockets;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Which kind of thread each connection is given. */
public enum Threads {
  /** Virtual ones where the JVM has them, otherwise platform ones. */
  AUTO,
  /** Virtual threads (JEP 444): a blocked one costs some memory, but no thread of the system. */
  VIRTUAL,
  /** Threads of the operating system. One whose connection has ended serves another. */
  PLATFORM;

  /**
   * How long a platform thread waits for another client. When thousands have left, their threads
   * keep memory, and the kernel searches long lists of waiting threads to wake one of them.
   */
  private static final int IDLE_SECONDS = 15;

  /** {@return {@link #VIRTUAL} or {@link #PLATFORM}: what this kind means on the JVM that runs} */
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
    if (resolved() == VIRTUAL) {
      virtualThreads("first-").newThread(Threads::waitOnce).start();
      ThreadFactory virtual = virtualThreads("client-");
      return task -> virtual.newThread(task).start();
    }
    AtomicLong count = new AtomicLong();
    ThreadFactory platform = task -> daemon(task, "client-" + count.incrementAndGet());
    ThreadPoolExecutor pool = (ThreadPoolExecutor) Executors.newCachedThreadPool(platform);
    pool.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    return pool;
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
      throw new UnsupportedOperationException(
          "this JVM has no virtual threads (needs Java 21 or newer)", e);
    }
  }

  /**
   * Waits on a socket. The first wait of a virtual thread opens descriptors that the JVM keeps. It
   * must not come when there are none left, or no virtual thread could ever wait.
   */
  private static void waitOnce() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      socket.setSoTimeout(1);
      socket.accept();
    } catch (IOException e) {
      // It timed out, as nobody knows of this socket.
    }
  }
}

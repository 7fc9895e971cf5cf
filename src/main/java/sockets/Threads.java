package sockets;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Which kind of thread each connection is given. */
public enum Threads {
  /** Virtual ones where the JVM has them, otherwise platform ones. */
  AUTO,
  /** Virtual threads (JEP 444): a blocked one costs some memory, but no thread of the system. */
  VIRTUAL,
  /** Threads of the operating system. One whose connection has ended serves another. */
  PLATFORM;

  /** {@return whether these are virtual; {@link #AUTO} ones are where the JVM has such: Java 21} */
  public boolean areVirtual() {
    return this == VIRTUAL || this == AUTO && Runtime.version().feature() >= 21;
  }

  /**
   * Runs each task on a thread of its own.
   *
   * @return the executor; where the system has no thread left, {@link Executor#execute} throws the
   *     {@link OutOfMemoryError} of {@link Thread#start}
   * @throws IllegalStateException if the JVM has no such threads
   */
  public Executor perConnection() {
    if (areVirtual()) {
      try { // in a way that Java 17 can compile
        Executor virtual =
            (Executor) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        virtual.execute(Threads::openDescriptors);
        return virtual;
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

  /**
   * Has the JVM open what it needs for the first close of a socket, and for the first wait of a
   * virtual thread: with no descriptor left, no socket could ever close, and no such thread wait.
   */
  static void openDescriptors() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      socket.setSoTimeout(1);
      socket.accept();
    } catch (IOException e) {
      // It timed out, as nobody knows of this socket.
    }
  }
}

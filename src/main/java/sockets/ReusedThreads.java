package sockets;

import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A platform thread for each task, and for a later one when it has ended: {@link
 * Executors#newCachedThreadPool}, but that a new thread takes its first task from the queue like
 * any other. It is otherwise handed to it apart, and as the compiler has not seen thousands of
 * threads ask for a second one, each would fall back to the interpreter at the end of its first and
 * keep tens of kilobytes from that.
 */
final class ReusedThreads extends ThreadPoolExecutor {
  /**
   * Long enough for the next client to come. When thousands have left, their threads keep memory,
   * and make it slower to wake one of them: Linux looks for it among all that wait (futex(2)).
   */
  private static final int IDLE_SECONDS = 15;

  /** Threads named with a prefix and a number from 1 on, which do not keep the JVM alive. */
  ReusedThreads(String prefix) {
    super(
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>());
    AtomicLong count = new AtomicLong();
    setThreadFactory(task -> Threads.daemon(task, prefix + count.incrementAndGet()));
    allowCoreThreadTimeOut(true);
  }

  /** Throws the {@link OutOfMemoryError} of {@link Thread#start} where no thread can be had. */
  @Override
  public void execute(Runnable task) {
    if (!getQueue().offer(task)) {
      prestartCoreThread();
      try {
        getQueue().put(task);
      } catch (InterruptedException e) {
        throw new IllegalStateException("nothing interrupts a server; it is closed", e);
      }
    }
  }
}

package sockets;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A platform thread for each task, and for a later one when it has ended: {@link
 * Executors#newCachedThreadPool}, but that a new thread takes its first task from the queue, as all
 * others. ThreadPoolExecutor would pass it by the queue; the compiler would then not have seen any
 * of thousands of threads ask the queue for a task, and each would fall back to the interpreter at
 * the end of its first one, and keep tens of kilobytes from that.
 */
final class ReusedThreads extends ThreadPoolExecutor {
  /**
   * Long enough for the next client to come. When thousands have left, their threads keep memory,
   * and make it slower to wake one of them, as the kernel has longer lists of waiting threads.
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

  /**
   * Hands a task to a thread that waits for one, or to a new one.
   *
   * @throws OutOfMemoryError from {@link Thread#start}, where the system has no thread left
   * @throws RejectedExecutionException after {@link #shutdown}
   */
  @Override
  public void execute(Runnable task) {
    boolean taken = getQueue().offer(task);
    try {
      while (!taken) {
        if (!prestartCoreThread()) {
          throw new RejectedExecutionException("shut down");
        }
        // A new thread may die before it takes the task, for want of memory for example.
        taken = getQueue().offer(task, 1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      throw new RejectedExecutionException("interrupted", e);
    }
  }
}

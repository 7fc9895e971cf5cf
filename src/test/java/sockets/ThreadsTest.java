package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import testkit.Watch;

class ThreadsTest {
  /** The threads of tasks that run at the same time. */
  private static Set<Thread> threads(Executor executor, int count) throws Exception {
    BlockingQueue<Thread> started = new LinkedBlockingQueue<>();
    Semaphore end = new Semaphore(0);
    Runnable task =
        () -> {
          started.add(Thread.currentThread());
          end.acquireUninterruptibly();
        };
    for (int i = 0; i < count; i++) {
      executor.execute(task);
    }
    Set<Thread> threads = new HashSet<>();
    for (int i = 0; i < count; i++) {
      threads.add(started.take());
    }
    end.release(count);
    assertEquals(count, threads.size());
    return threads;
  }

  @Test
  void aPlatformThreadIsADaemonServesAgainAndEndsWhenItIsIdle() throws Exception {
    ThreadPoolExecutor pool = (ThreadPoolExecutor) Threads.PLATFORM.perConnection();
    Set<Thread> threads = threads(pool, 3);
    assertTrue(threads.stream().allMatch(Thread::isDaemon));
    Watch.until("they are idle", () -> pool.getActiveCount() == 0);
    assertTrue(threads.containsAll(threads(pool, 2)));
    pool.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
    Watch.until("no thread is kept", () -> pool.getPoolSize() == 0);
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void virtualThreadsLeaveNoSocketOpen() throws Exception {
    long pid = ProcessHandle.current().pid();
    Threads.VIRTUAL.perConnection(); // the first opens what the JVM keeps
    int before = Watch.descriptors(pid);
    for (int i = 0; i < 20; i++) {
      for (Thread thread : threads(Threads.VIRTUAL.perConnection(), 2)) {
        assertEquals("VirtualThread", thread.getClass().getSimpleName());
      }
    }
    Watch.until("the sockets are closed", () -> Watch.descriptors(pid) < before + 10);
  }
}

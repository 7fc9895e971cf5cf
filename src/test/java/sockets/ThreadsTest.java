package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
  /** The threads, by name, of tasks that run at the same time. */
  private static Map<String, Thread> threads(Executor executor, int count) throws Exception {
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
    Map<String, Thread> byName = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      Thread thread = started.take();
      byName.put(thread.getName(), thread);
    }
    end.release(count);
    return byName;
  }

  @Test
  void aPlatformThreadIsANumberedDaemonServesAgainAndEndsWhenItIsIdle() throws Exception {
    ThreadPoolExecutor pool = (ThreadPoolExecutor) Threads.PLATFORM.perConnection();
    Map<String, Thread> threads = threads(pool, 3);
    assertEquals(Set.of("client-1", "client-2", "client-3"), threads.keySet());
    assertTrue(threads.get("client-1").isDaemon());
    Watch.until("they are idle", () -> pool.getActiveCount() == 0);
    assertTrue(threads.values().containsAll(threads(pool, 2).values()));
    assertEquals(15, pool.getKeepAliveTime(TimeUnit.SECONDS));
    pool.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
    Watch.until("no thread is kept", () -> pool.getPoolSize() == 0);
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void whereThereAreVirtualThreadsAutoIsVirtualAndLeavesNoSocketOpen() throws Exception {
    assertEquals(Threads.VIRTUAL, Threads.AUTO.resolved());
    long pid = ProcessHandle.current().pid();
    Threads.AUTO.perConnection(); // the first opens what the JVM keeps
    int before = Watch.descriptors(pid);
    for (int i = 0; i < 20; i++) {
      Map<String, Thread> threads = threads(Threads.VIRTUAL.perConnection(), 2);
      assertEquals(Set.of("client-1", "client-2"), threads.keySet());
      assertEquals("VirtualThread", threads.get("client-1").getClass().getSimpleName());
    }
    Watch.until("the sockets are closed", () -> Watch.descriptors(pid) < before + 10);
  }
}

package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import testkit.Watch;

class ThreadsTest {
  private final BlockingQueue<Thread> started = new LinkedBlockingQueue<>();

  @ParameterizedTest
  @EnumSource
  void eachConnectionHasADaemonAndAPlatformThreadServesAgain(Threads kind) throws Exception {
    Watch.assume(kind.areSupported(), "this JVM has no virtual threads");
    Executor executor = kind.perConnection();
    Semaphore end = new Semaphore(0);
    Runnable task =
        () -> {
          started.add(Thread.currentThread());
          end.acquireUninterruptibly();
        };
    executor.execute(task);
    Thread first = started.take();
    assertTrue(first.isDaemon());
    executor.execute(task);
    assertNotSame(first, started.take());
    end.release(3);
    if (kind == Threads.virtual) {
      assertEquals("VirtualThread", first.getClass().getSimpleName());
    } else {
      ThreadPoolExecutor pool = (ThreadPoolExecutor) executor;
      Watch.until("both are idle", () -> pool.getActiveCount() == 0);
      pool.execute(task);
      assertEquals(2, pool.getPoolSize());
    }
  }

  @Test
  void aTaskRunsAgainAndAgainInATimerAfterEachInterval() throws Exception {
    long start = System.nanoTime();
    Threads.every(Duration.ofMillis(20), () -> started.add(Thread.currentThread()));
    Thread thread = started.take();
    assertEquals("timer", thread.getName());
    assertTrue(thread.isDaemon());
    assertSame(thread, started.take());
    assertSame(thread, started.take());
    assertTrue(System.nanoTime() - start >= 60_000_000, "an interval before each run");
  }
}

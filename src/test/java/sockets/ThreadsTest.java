package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import testkit.Capture;

class ThreadsTest {
  private static Thread runOn(Executor executor) throws Exception {
    FutureTask<Thread> task = new FutureTask<>(Thread::currentThread);
    executor.execute(task);
    return task.get(Capture.DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /** Runs so many tasks that all wait for each other: so each needs its own thread. */
  private static List<String> namesOfThreadsAtOnce(Executor executor, int count) throws Exception {
    CountDownLatch all = new CountDownLatch(count);
    List<FutureTask<String>> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      FutureTask<String> task =
          new FutureTask<>(
              () -> {
                all.countDown();
                all.await();
                return Thread.currentThread().getName();
              });
      tasks.add(task);
      executor.execute(task);
    }
    List<String> names = new ArrayList<>();
    for (FutureTask<String> task : tasks) {
      names.add(task.get(Capture.DEADLINE_SECONDS, TimeUnit.SECONDS));
    }
    return names;
  }

  private static boolean isVirtual(Thread thread) throws ReflectiveOperationException {
    return (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
  }

  @Test
  void platformThreadsAreNumberedDaemons() throws Exception {
    Executor executor = Threads.PLATFORM.perConnection();
    assertEquals(List.of("client-1", "client-2", "client-3"), namesOfThreadsAtOnce(executor, 3));
    assertTrue(runOn(executor).isDaemon());
  }

  @Test
  void aPlatformThreadServesAgain() throws Exception {
    Executor executor = Threads.PLATFORM.perConnection();
    Set<Thread> threads = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      threads.add(runOn(executor));
    }
    assertTrue(threads.size() < 100, threads.size() + " threads for 200 tasks in turn");
  }

  @Test
  void aTaskWhoseNewThreadDiesIsTakenByAnother() throws Exception {
    ReusedThreads executor = new ReusedThreads("reused-");
    AtomicInteger started = new AtomicInteger();
    executor.setThreadFactory(
        task -> new Thread(started.incrementAndGet() == 1 ? () -> {} : task, "reused"));
    assertEquals("reused", runOn(executor).getName());
    assertEquals(2, started.get());
    executor.shutdown();
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void virtualThreadsAreNumbered() throws Exception {
    Executor executor = Threads.VIRTUAL.perConnection();
    assertEquals(List.of("client-1", "client-2"), namesOfThreadsAtOnce(executor, 2));
    assertTrue(isVirtual(runOn(executor)));
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void autoIsVirtualWhereThereAreVirtualThreads() throws Exception {
    assertEquals(Threads.VIRTUAL, Threads.AUTO.resolved());
    assertTrue(isVirtual(runOn(Threads.AUTO.perConnection())));
    assertFalse(isVirtual(runOn(Threads.PLATFORM.perConnection())));
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_20)
  void autoIsPlatformWhereThereAreNoVirtualThreads() throws Exception {
    assertEquals(Threads.PLATFORM, Threads.AUTO.resolved());
    assertTrue(runOn(Threads.AUTO.perConnection()).isDaemon());
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_20)
  void virtualThreadsAreRefusedWhereThereAreNone() {
    UnsupportedOperationException e =
        assertThrows(UnsupportedOperationException.class, Threads.VIRTUAL::perConnection);
    assertEquals("this JVM has no virtual threads (Java 21 does)", e.getMessage());
  }

  @Test
  void aKindThatIsNamedIsThatKind() {
    assertEquals(Threads.VIRTUAL, Threads.VIRTUAL.resolved());
    assertEquals(Threads.PLATFORM, Threads.PLATFORM.resolved());
  }
}

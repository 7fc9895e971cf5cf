package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class TimerTest {
  @Test
  void aTaskRunsAgainAndAgainEvenIfItFailsUntilTheTimerIsClosed() throws Exception {
    BlockingQueue<Thread> runs = new LinkedBlockingQueue<>();
    Timer timer = new Timer();
    timer.every(
        Duration.ofMillis(10),
        () -> {
          runs.add(Thread.currentThread());
          throw new IllegalStateException("a bad day");
        });
    Thread thread = runs.take();
    assertEquals("timer", thread.getName());
    assertTrue(thread.isDaemon());
    assertSame(thread, runs.take());
    assertSame(thread, runs.take());
    timer.close();
    thread.join();
  }
}

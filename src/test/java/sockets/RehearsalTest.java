package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import testkit.Capture;
import testkit.Watch;

class RehearsalTest {
  private static final Duration DEADLINE = Duration.ofSeconds(Capture.DEADLINE_SECONDS);

  private final Queue<Long> echoed = new ConcurrentLinkedQueue<>();
  private final AtomicInteger serving = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();

  private void echo(Connection client) {
    mostAtOnce.accumulateAndGet(serving.incrementAndGet(), Math::max);
    try {
      byte[] buffer = new byte[1000];
      for (int count; (count = client.receive(buffer)) >= 0; ) {
        client.send(buffer, count);
      }
    } catch (ConnectionException e) {
      // A reset comes right after the end of the stream, and may overtake it.
    }
    echoed.add(client.sent());
    serving.decrementAndGet();
  }

  @ParameterizedTest
  @EnumSource(names = {"PLATFORM", "AUTO"})
  void inTwentyRoundsAllAreEchoedAndLeave(Threads kind) throws Exception {
    Rehearsal.run(kind.perConnection(), 50, DEADLINE, this::echo);
    Watch.until("all have left", () -> echoed.size() == 1000);
    assertEquals(64_000, echoed.stream().mapToLong(bytes -> bytes).sum());
    assertTrue(mostAtOnce.get() >= 50, mostAtOnce + " at once");
  }

  @Test
  void aRoundHasNoMoreClientsThanTheServerWillServe() {
    Rehearsal.run(Threads.PLATFORM, 1, this::echo);
    Watch.until("some have left", () -> echoed.size() > 0 && serving.get() == 0);
    assertTrue(echoed.size() <= 20, echoed.size() + " in twenty rounds");
  }

  @Test
  void noThreadStaysBehindToWaitForMore() {
    Rehearsal.run(Threads.PLATFORM, 50, this::echo);
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("rehearsal"))
            .anyMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING));
  }

  @Test
  void whereThereAreNoThreadsItEndsAtTheFirstClient() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Executor none =
        task -> {
          asked.incrementAndGet();
          throw new OutOfMemoryError("unable to create native thread");
        };
    Rehearsal.run(none, 50, DEADLINE, this::echo);
    assertEquals(1, asked.get());
    assertEquals(0, echoed.size());
  }

  @Test
  void itIsCutShortWhereItTakesTooLong() throws Exception {
    Duration patience = Duration.ofMillis(50);
    Rehearsal.run(Threads.PLATFORM.perConnection(), 1, patience, this::deaf);
    assertTrue(mostAtOnce.get() <= 1, mostAtOnce + " clients, and the first was not answered");
  }

  /** Receives and does not answer. */
  private void deaf(Connection client) {
    mostAtOnce.incrementAndGet();
    try {
      while (client.receive(new byte[1000]) >= 0) {
        // It is not echoed.
      }
    } catch (ConnectionException e) {
      // The rehearsal has given up.
    }
  }
}

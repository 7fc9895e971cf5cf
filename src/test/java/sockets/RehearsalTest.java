package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import testkit.Watch;

class RehearsalTest {
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
      // The end of the stream, and a reset right after it.
    }
    echoed.add(client.sent());
    serving.decrementAndGet();
  }

  @ParameterizedTest
  @EnumSource(names = {"PLATFORM", "AUTO"})
  void aThousandClientsAreEchoedAndLeave(Threads kind) {
    Rehearsal.of(kind, this::echo);
    Watch.until("all have left", () -> echoed.size() == 1000);
    assertTrue(echoed.stream().allMatch(bytes -> bytes == 64), echoed.toString());
    assertTrue(mostAtOnce.get() >= 50, mostAtOnce + " at once");
  }

  @Test
  void whereThereAreNoThreadsThereIsNone() {
    AtomicInteger asked = new AtomicInteger();
    Executor none =
        task -> {
          asked.incrementAndGet();
          throw new OutOfMemoryError("unable to create native thread");
        };
    Rehearsal.of(none, this::echo);
    assertEquals(1, asked.get());
    assertEquals(0, echoed.size());
  }

  @Test
  void itEndsAlsoIfThreadsRunOutOnTheWay() {
    Executor threads = Threads.PLATFORM.perConnection();
    AtomicInteger left = new AtomicInteger(20);
    Executor few =
        task -> {
          if (left.getAndDecrement() <= 0) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          threads.execute(task);
        };
    Rehearsal.of(few, this::echo);
    Watch.until("those who had a thread have left", () -> echoed.size() == 19);
  }
}

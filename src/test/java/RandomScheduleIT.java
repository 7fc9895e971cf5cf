import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import testkit.Child;

/**
 * Random schedules of pieces, pauses, half-closes and resets, each checked against what a model
 * says that each side must see. A schedule is made from its seed alone: the system property {@code
 * seed} runs that one again, {@code schedules} says how many are run instead of a few seconds.
 */
class RandomScheduleIT {
  /** For a run whose length nobody asked for. */
  private static final Duration SHORT_RUN = Duration.ofSeconds(8);

  /** New children after so many, as all that they say is kept. */
  private static final int BATCH = 500;

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @Test
  @Timeout(value = 365, unit = TimeUnit.DAYS) // each schedule has its own deadline
  void everySideSeesWhatTheModelSays() throws Exception {
    Long replayed = Long.getLong("seed");
    Integer wanted = Integer.getInteger("schedules", replayed != null ? 1 : null);
    long first = replayed != null ? replayed : ThreadLocalRandom.current().nextInt();
    long end = System.nanoTime() + SHORT_RUN.toNanos();
    int done = 0;
    while (wanted != null ? done < wanted : System.nanoTime() < end) {
      int batch = wanted != null ? Math.min(BATCH, wanted - done) : BATCH;
      BooleanSupplier more = () -> wanted != null || System.nanoTime() < end;
      done += run(first + done, batch, more);
    }
    System.out.println(done + " schedules, the first with seed " + first);
  }

  /** Runs so many schedules, or fewer, and returns how many. */
  private static int run(long first, int most, BooleanSupplier more) {
    long seed = first;
    try (Child echo = Child.of("EchoServer", "0");
        Child chat = Child.of("OneToOne", "--message-gap=0", "server", "0")) {
      int echoPort = echo.port();
      int chatPort = chat.port();
      for (; seed < first + most && more.getAsBoolean(); seed++) {
        try {
          Schedule schedule = Schedule.of(seed, echoPort, chat, chatPort);
          assertTimeoutPreemptively(DEADLINE, schedule::run);
        } catch (Throwable e) {
          throw new AssertionError("replay this with -Dseed=" + seed + ": " + e.getMessage(), e);
        }
      }
      assertFalse(echo.err.text().contains("\tat "), echo.err.text());
      assertFalse(chat.err.text().contains("\tat "), chat.err.text());
      echo.signal("TERM");
      assertEquals(143, echo.exitStatus());
    }
    return Math.toIntExact(seed - first);
  }
}

package bench;

import java.util.List;
import java.util.Locale;

/**
 * What clients do, and what is measured.
 *
 * @param clients how many there are at a time
 * @param bytes the size of a message
 */
record Workload(Kind kind, int clients, int bytes) {
  enum Kind {
    /** Each client sends a message when the one before has come back. */
    PING_PONG("ping-pong", "trips/s"),
    /** Each client sends as fast as the server takes it. */
    STREAM("stream", "MB/s"),
    /** Each client connects, has one message echoed and closes; then comes the next client. */
    CHURN("connect, trip, close", "trips/s"),
    /** A client tries to connect to a server that starts, until it gets its message back. */
    FIRST_ECHO("first echo after start", "ms"),
    /** By how much a new server grows for clients that had one message echoed, and stay. */
    MEMORY("memory per idle client", "KiB");

    private final String text;
    private final String unit;

    Kind(String text, String unit) {
      this.text = text;
      this.unit = unit;
    }
  }

  static final List<Workload> ALL =
      List.of(
          new Workload(Kind.PING_PONG, 1, 64),
          new Workload(Kind.PING_PONG, 10, 64),
          new Workload(Kind.PING_PONG, 100, 64),
          new Workload(Kind.PING_PONG, 1_000, 64),
          new Workload(Kind.PING_PONG, 100, 16 << 10),
          new Workload(Kind.STREAM, 1, 64 << 10),
          new Workload(Kind.STREAM, 8, 64 << 10),
          new Workload(Kind.CHURN, 16, 64),
          // Idle threads end after a while, which costs a server that is being measured then.
          new Workload(Kind.PING_PONG, 10_000, 64),
          new Workload(Kind.FIRST_ECHO, 1, 1),
          new Workload(Kind.MEMORY, 1_000, 64));

  @Override
  public String toString() {
    String size = bytes < 1024 ? bytes + " B" : (bytes >> 10) + " KiB";
    String plural = clients == 1 ? "" : "s";
    return String.format(
        Locale.ROOT, "%s, %,d client%s, %s (%s)", kind.text, clients, plural, size, kind.unit);
  }
}

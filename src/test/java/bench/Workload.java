package bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What the clients do.
 *
 * @param clients how many there are at a time
 * @param bytes the size of a message
 */
record Workload(Kind kind, int clients, int bytes) {
  enum Kind {
    /** Each client sends a message when the one before has come back. */
    PING_PONG("ping-pong"),
    /** Each client sends as fast as the server takes it. */
    STREAM("stream"),
    /** Each client connects, has one message echoed and closes; then comes the next client. */
    CHURN("connect, trip, close");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  static final List<Workload> ALL =
      Stream.concat(
              Stream.of(1, 10, 100, 1_000, 10_000).map(n -> new Workload(Kind.PING_PONG, n, 64)),
              Stream.of(
                  new Workload(Kind.PING_PONG, 100, 16 << 10),
                  new Workload(Kind.STREAM, 1, 64 << 10),
                  new Workload(Kind.STREAM, 8, 64 << 10),
                  new Workload(Kind.CHURN, 16, 64)))
          .toList();

  /** Does the chart, which shows how a server takes more and more clients, have this one? */
  boolean isCharted() {
    return kind == Kind.PING_PONG && bytes == 64;
  }

  /** What a figure counts. */
  String unit() {
    return kind == Kind.STREAM ? "MB/s" : "trips/s";
  }

  /** What a figure is divided by to be in its unit. */
  double scale() {
    return kind == Kind.STREAM ? 1e6 : 1;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, %,d %s, %s",
        kind.text,
        clients,
        clients == 1 ? "client" : "clients",
        bytes < 1024 ? bytes + " B" : (bytes >> 10) + " KiB");
  }
}

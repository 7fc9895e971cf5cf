package sockets;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Closes connections on which nothing is read or written for some time. A timer looks at all, so
 * that the threads that serve need no clock. Looks are counted, not seconds: however long this
 * process is stopped (SIGSTOP, Ctrl-Z, a frozen container), that is one look.
 */
public final class IdleWatch implements Consumer<Connection> {
  private static final int LOOKS = 8; // in the time limit

  /** How many bytes a connection had received and sent, and for how many looks it has been so. */
  private record Seen(long bytes, int looks) {}

  private final Consumer<Connection> service;
  private final Duration limit;
  private final Map<Connection, Seen> seen = new ConcurrentHashMap<>();

  /** Watches the connections of a service; closes one after the limit, or up to a quarter later. */
  public IdleWatch(Consumer<Connection> service, Duration limit) {
    this.service = service;
    this.limit = limit;
    Threads.every(limit.dividedBy(LOOKS), this::look);
  }

  @Override
  public void accept(Connection connection) {
    // The kernel would take megabytes at once for a slow reader, and then nothing for long.
    Connection.quietly(() -> connection.tcp.setSendBufferSize(1 << 17));
    seen.put(connection, new Seen(-1, 0));
    try {
      service.accept(connection);
    } finally {
      seen.remove(connection);
    }
  }

  void look() {
    seen.forEach(
        (connection, before) -> {
          long bytes = connection.received() + connection.sent();
          int looks = bytes == before.bytes ? before.looks + 1 : 0;
          seen.replace(connection, new Seen(bytes, looks));
          // Not >=: after this process was stopped, one look comes too early.
          if (looks > LOOKS) {
            // A stuck send is reset: after a mere close, the kernel would keep trying for minutes.
            boolean sends = connection.sent() < connection.received();
            Connection.quietly(() -> connection.tcp.setSoLinger(sends, 0));
            connection.abort("no progress for " + Describe.seconds(limit));
          }
        });
  }
}

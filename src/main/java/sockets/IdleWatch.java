package sockets;

import java.time.Duration;

/**
 * Closes connections on which nothing is read or written for some time. It looks at all of them now
 * and then, so that the threads that serve them need no clock.
 */
final class IdleWatch implements Runnable {
  private static final int LOOKS_WITHIN_LIMIT = 8;

  private final Iterable<Connection> connections;
  private final Duration limit;
  private long lastLook = System.nanoTime();

  IdleWatch(Iterable<Connection> connections, Duration limit) {
    this.connections = connections;
    this.limit = limit;
  }

  Duration interval() {
    return limit.dividedBy(LOOKS_WITHIN_LIMIT);
  }

  /**
   * Looks once. A look that comes late does not count: this process was stopped (SIGSTOP, Ctrl-Z, a
   * frozen container), and what its clients have sent meanwhile waits in the kernel.
   */
  @Override
  public void run() {
    long now = System.nanoTime();
    boolean late = now - lastLook > 2 * interval().toNanos();
    lastLook = now;
    if (late) {
      return;
    }
    for (Connection connection : connections) {
      // One look more, for a stop of this process that was too short to be noticed.
      if (connection.looksWithoutProgress() > LOOKS_WITHIN_LIMIT) {
        connection.closeIdle("no progress for " + Describe.seconds(limit));
      }
    }
  }
}

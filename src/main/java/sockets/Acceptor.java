package sockets;

import java.io.Closeable;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Accepts with patience. While the system has no descriptor for a client, the client waits in the
 * backlog, and accept(2) is tried again after a pause (as Go's net/http does).
 */
final class Acceptor implements Closeable {
  private static final long FIRST_PAUSE_MILLIS = 5;
  private static final long LONGEST_PAUSE_MILLIS = 1000;
  private static final long WARNING_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final ServerSocket listening;
  private final Consumer<String> warnings;
  private final CountDownLatch closed = new CountDownLatch(1);
  private long nextWarning = System.nanoTime();

  Acceptor(ServerSocket listening, Consumer<String> warnings) {
    this.listening = listening;
    this.warnings = warnings;
  }

  /** The next client's socket; null when this is closed. */
  Socket accept() {
    try {
      for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
        try {
          return listening.accept();
        } catch (IOException e) {
          if (isClosed()) {
            return null;
          }
          warn(e);
          closed.await(pause, TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private void warn(IOException e) {
    long now = System.nanoTime();
    if (now - nextWarning >= 0) {
      warnings.accept("cannot accept: " + Describe.reason(e) + ": new clients wait");
      nextWarning = now + WARNING_INTERVAL_NANOS;
    }
  }

  boolean isClosed() {
    return listening.isClosed();
  }

  @Override
  public void close() {
    Connection.closeQuietly(listening);
    closed.countDown();
  }
}

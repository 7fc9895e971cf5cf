package sockets;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Accepts with patience. When the system has no descriptor (or no memory) for another client,
 * accept(2) fails at once and would fail again at once; so the next try waits, while the client
 * waits in the backlog. The shortage is said once, and its end once.
 */
final class Acceptor {
  private static final long FIRST_RETRY_MILLIS = 5;
  private static final long LAST_RETRY_MILLIS = 1000;

  /** A shortage is over when accepting has not failed for so long. */
  private static final int CALM_MILLIS = 1000;

  private final ServerSocket listening;
  private final Consumer<String> warnings;

  private long retryMillis; // zero but in a shortage
  private long lastFailure;

  // Guarded by this.
  private boolean freed;

  Acceptor(ServerSocket listening, Consumer<String> warnings) {
    this.listening = listening;
    this.warnings = warnings;
  }

  /**
   * Waits for the next client.
   *
   * @return its socket, or null when the listening socket has been closed
   */
  Socket accept() {
    while (true) {
      try {
        Socket socket = listening.accept();
        if (retryMillis > 0) {
          retryMillis = FIRST_RETRY_MILLIS;
          if (System.nanoTime() - lastFailure > TimeUnit.MILLISECONDS.toNanos(CALM_MILLIS)) {
            shortageIsOver();
          }
        }
        return socket;
      } catch (SocketTimeoutException e) {
        // Nobody waits any more, or accept would have brought him, or failed.
        shortageIsOver();
      } catch (IOException | OutOfMemoryError e) {
        if (listening.isClosed()) {
          return null;
        }
        waitAfter(e);
      }
    }
  }

  /** A connection has been closed: whatever accepting waited for may be there now. */
  synchronized void retry() {
    freed = true;
    notify();
  }

  private void waitAfter(Throwable failure) {
    lastFailure = System.nanoTime();
    if (retryMillis == 0) {
      warnings.accept("cannot accept: " + Describe.reason(failure) + ": new clients wait");
      retryMillis = FIRST_RETRY_MILLIS;
      acceptTimeout(CALM_MILLIS);
    }
    synchronized (this) {
      if (!freed) {
        try {
          wait(retryMillis);
        } catch (InterruptedException e) {
          throw new IllegalStateException("nothing interrupts a server; it is closed", e);
        }
      }
      freed = false;
    }
    retryMillis = Math.min(2 * retryMillis, LAST_RETRY_MILLIS);
  }

  private void shortageIsOver() {
    retryMillis = 0;
    acceptTimeout(0);
    warnings.accept("accepting new clients again");
  }

  private void acceptTimeout(int millis) {
    try {
      listening.setSoTimeout(millis);
    } catch (IOException e) {
      // It has just been closed, which the next accept will find.
    }
  }
}

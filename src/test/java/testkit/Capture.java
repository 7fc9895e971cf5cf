package testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** An output that tests can wait on: holds all that was written, and wakes who waits for it. */
public final class Capture extends OutputStream {
  /** Generous: it is there to end a test that hangs, not to measure anything. */
  public static final long DEADLINE_SECONDS = 30;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Override
  public synchronized void write(int b) {
    bytes.write(b);
    notifyAll();
  }

  @Override
  public synchronized void write(byte[] buffer, int offset, int length) {
    bytes.write(buffer, offset, length);
    notifyAll();
  }

  /** Copies a stream here, in a thread of its own. */
  public Thread drain(InputStream from) {
    Thread thread =
        new Thread(
            () -> {
              try (from) {
                from.transferTo(this);
              } catch (IOException e) {
                // The process has been killed, which ends its output too.
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  public synchronized byte[] bytes() {
    return bytes.toByteArray();
  }

  public synchronized String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Waits until the text so far satisfies a condition; fails with the text at the deadline. */
  public synchronized String await(String what, Predicate<String> condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (!condition.test(text())) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("waited in vain for " + what + "; so far there was:\n" + text());
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new UncheckedIOException(new java.io.InterruptedIOException("waiting for " + what));
      }
    }
    return text();
  }

  /** Waits until there are at least so many bytes, and returns all. */
  public byte[] awaitBytes(int count) {
    await(count + " bytes", text -> bytes.size() >= count);
    return bytes();
  }

  /** Waits until some text has appeared. */
  public String await(String expected) {
    return await("'" + expected + "'", text -> text.contains(expected));
  }
}

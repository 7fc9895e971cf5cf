package testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An output that tests can wait on: holds all that was written, and wakes who waits for it. */
public final class Capture extends OutputStream {
  /** Generous: it is there to end a test that hangs, not to measure anything. */
  public static final long DEADLINE_SECONDS = 30;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** A text of whole lines. */
  public static String lines(String... lines) {
    return String.join("\n", lines) + "\n";
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
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

  /** How often some text has appeared so far. */
  public int count(String part) {
    return text().split(Pattern.quote(part), -1).length - 1;
  }

  /**
   * Waits until the text so far satisfies a condition; fails with the text at the deadline, and
   * with what the condition says then that it waited for.
   */
  public synchronized String await(Object what, Predicate<String> condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (!condition.test(text())) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("waited in vain for " + what + "; so far there was:\n" + text());
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted while waiting for " + what, e);
      }
    }
    return text();
  }

  /** Waits until some text has appeared. */
  public String await(String expected) {
    return await("'" + expected + "'", text -> text.contains(expected));
  }

  /** Waits until some text has appeared so often. */
  public String await(int times, String expected) {
    return await(times + " times '" + expected + "'", text -> count(expected) >= times);
  }

  /** Waits until there are at least so many bytes, and returns all. */
  public byte[] awaitBytes(int count) {
    await(count + " bytes", text -> bytes.size() >= count);
    return bytes();
  }

  /** Waits for a number: the first group of a pattern. */
  public int awaitNumber(String regex) {
    Pattern pattern = Pattern.compile(regex);
    Matcher matcher = pattern.matcher(await(regex, text -> pattern.matcher(text).find()));
    matcher.find();
    return Integer.parseInt(matcher.group(1));
  }

  /** Waits until a server says where it listens, and returns its real port. */
  public int awaitPort() {
    return awaitNumber("listening on \\S*:(\\d+)");
  }
}

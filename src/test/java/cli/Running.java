package cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import testkit.Capture;

/** A program in a thread of this JVM, with a user who types and reads. */
public final class Running {
  private static final Pattern LISTENING = Pattern.compile("listening on \\S*:(\\d+)");

  public final Capture out = new Capture();
  public final Capture err = new Capture();

  private final Keyboard keyboard = new Keyboard();
  private final FutureTask<Integer> run;

  private Running(
      Function<StandardStreams, Program> program,
      boolean inIsTerminal,
      boolean outIsTerminal,
      String... args) {
    StandardStreams streams =
        new StandardStreams(
            keyboard, out, new PrintStream(err, true, UTF_8), inIsTerminal, outIsTerminal);
    run = new FutureTask<>(() -> program.apply(streams).execute(args));
    Thread thread = new Thread(run, "main");
    thread.setDaemon(true);
    thread.start();
  }

  /** Neither input nor output is a terminal. */
  public static Running of(Function<StandardStreams, Program> program, String... args) {
    return new Running(program, false, false, args);
  }

  /** Both are terminals. */
  public static Running onTerminal(Function<StandardStreams, Program> program, String... args) {
    return new Running(program, true, true, args);
  }

  /** A person types, and the output goes to a file. */
  public static Running intoFile(Function<StandardStreams, Program> program, String... args) {
    return new Running(program, true, false, args);
  }

  public Running type(String text) {
    return type(text.getBytes(UTF_8));
  }

  public Running type(byte... bytes) {
    for (byte b : bytes) {
      keyboard.keys.add(b & 0xff);
    }
    return this;
  }

  public Running endInput() {
    keyboard.keys.add(Keyboard.END);
    return this;
  }

  /** Reading fails, once it comes to here, with "Input/output error". */
  public Running breakInput() {
    keyboard.keys.add(Keyboard.BROKEN);
    return this;
  }

  /** What has been typed and not been read. */
  public String unread() {
    byte[] bytes = new byte[keyboard.keys.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = keyboard.keys.remove().byteValue();
    }
    return new String(bytes, ISO_8859_1);
  }

  /** The real port of a server. */
  public int port() {
    Matcher matcher =
        LISTENING.matcher(err.await("the port", text -> LISTENING.matcher(text).find()));
    matcher.find();
    return Integer.parseInt(matcher.group(1));
  }

  /** Waits for the end. */
  public int status() {
    try {
      return run.get(Capture.DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("no exit status; standard error so far:\n" + err.text(), e);
    }
  }

  public boolean hasEnded() {
    return run.isDone();
  }

  private static final class Keyboard extends InputStream {
    static final int END = -1;
    static final int BROKEN = -2;

    final BlockingQueue<Integer> keys = new LinkedBlockingQueue<>();

    @Override
    public int read() throws IOException {
      try {
        int key = keys.take();
        if (key < 0) {
          keys.add(key); // and so for every later read
        }
        if (key == BROKEN) {
          throw new IOException("Input/output error");
        }
        return key;
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
    }
  }
}

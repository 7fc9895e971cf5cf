package cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import sockets.Threads;
import testkit.Capture;

/** A program in a thread of this JVM, with a user who types and reads. */
public final class Running {
  // Keys that are no bytes.
  public static final int END = -1; // The input ends here.
  public static final int BROKEN = -2; // From here on, reading fails: "Input/output error".
  public static final int CTRL_D = -3; // One read ends here, and the next goes on.
  public static final int PAUSE = -4; // What follows is not there for a twentieth of a second.

  public final Capture out = new Capture();
  public final Capture err = new Capture();

  private final Keyboard keyboard = new Keyboard();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Console console;
  private final FutureTask<Integer> run;

  private Running(
      Function<Console, Callable<Integer>> program,
      OutputStream to,
      boolean terminal,
      String[] args) {
    PrintStream err = new PrintStream(this.err, true, UTF_8);
    console =
        new Console(new StandardStreams(keyboard, to == null ? out : to, err, terminal, terminal));
    run = new FutureTask<>(() -> Program.run(program.apply(console), console, args));
    Threads.daemon(run, "main").start();
  }

  /** There is no terminal. */
  public static Running of(Function<Console, Callable<Integer>> program, String... args) {
    return new Running(program, null, false, args);
  }

  public static Running onTerminal(Function<Console, Callable<Integer>> program, String... args) {
    return new Running(program, null, true, args);
  }

  /** Standard output can't be written: "Pipe not connected". */
  public static Running intoBroken(Function<Console, Callable<Integer>> program, String... args) {
    return new Running(program, new PipedOutputStream(), false, args);
  }

  public Running type(String text) {
    return type(text.getBytes(UTF_8));
  }

  public Running type(byte... bytes) {
    for (byte b : bytes) {
      press(b & 0xff);
    }
    return this;
  }

  public Running press(int key) {
    keyboard.keys.add(key);
    return this;
  }

  /** How many bytes have been typed and not been read. */
  public int unread() {
    return keyboard.available();
  }

  /** Does what the process does, once, when a signal or its main thread ends it. */
  public void signal() {
    if (!ended.getAndSet(true)) {
      console.end();
    }
  }

  /** Waits for the end. */
  public int status() {
    try {
      int status = run.get(Capture.DEADLINE_SECONDS, TimeUnit.SECONDS);
      signal();
      return status;
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("no exit status; standard error so far:\n" + err.text(), e);
    }
  }

  private static final class Keyboard extends InputStream {
    final BlockingQueue<Integer> keys = new LinkedBlockingQueue<>();
    private long pauseEnds = Long.MAX_VALUE;

    @Override
    public int available() {
      Integer first = keys.peek();
      if (first != null && first == PAUSE) {
        long now = System.nanoTime();
        pauseEnds = Math.min(pauseEnds, now + 50_000_000);
        if (now < pauseEnds) {
          return 0;
        }
        keys.remove();
      }
      return (int) keys.stream().filter(key -> key >= 0).count();
    }

    @Override
    public int read() throws IOException {
      try {
        int key = keys.take();
        if (key == END || key == BROKEN) {
          keys.add(key); // and so for every later read
        }
        if (key == BROKEN) {
          throw new IOException("Input/output error");
        }
        return Math.max(key, -1);
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
    }
  }
}

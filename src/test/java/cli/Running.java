package cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import testkit.Capture;

/** A program in a thread of this JVM, with a user who types and reads. */
public final class Running {
  private static final OutputStream BROKEN =
      new OutputStream() {
        @Override
        public void write(int b) throws IOException {
          throw new IOException("Broken pipe");
        }
      };

  public final Capture out = new Capture();
  public final Capture err = new Capture();

  private final Keyboard keyboard = new Keyboard();
  private final List<Runnable> atEnd = new CopyOnWriteArrayList<>();
  private final FutureTask<Integer> run;

  private Running(Callable<Integer> program, boolean broken, boolean isTerminal, String... args) {
    OutputStream to = broken ? BROKEN : out;
    PrintStream printErr = new PrintStream(err, true, UTF_8);
    StandardStreams streams =
        new StandardStreams(keyboard, to, printErr, isTerminal, isTerminal, atEnd::add);
    run = new FutureTask<>(() -> Program.run(program, streams, args));
    Thread thread = new Thread(run, "main");
    thread.setDaemon(true);
    thread.start();
  }

  /** There is no terminal. */
  public static Running of(Callable<Integer> program, String... args) {
    return new Running(program, false, false, args);
  }

  public static Running onTerminal(Callable<Integer> program, String... args) {
    return new Running(program, false, true, args);
  }

  /** Standard output can't be written: "Broken pipe". */
  public static Running intoBroken(Callable<Integer> program, String... args) {
    return new Running(program, true, false, args);
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

  /** One read ends here, and the next goes on. */
  public Running ctrlD() {
    return press(Keyboard.CTRL_D);
  }

  public Running endInput() {
    return press(Keyboard.END);
  }

  /** Reading fails, once it comes to here, with "Input/output error". */
  public Running breakInput() {
    return press(Keyboard.BROKEN);
  }

  private Running press(int key) {
    keyboard.keys.add(key);
    return this;
  }

  /** How many bytes have been typed and not been read. */
  public int unread() {
    return keyboard.available();
  }

  /** Does what the process does when a signal, or its main thread, ends it. */
  public void signal() {
    atEnd.forEach(Runnable::run);
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

  public boolean hasEnded() {
    return run.isDone();
  }

  private static final class Keyboard extends InputStream {
    static final int END = -1;
    static final int BROKEN = -2;
    static final int CTRL_D = -3;

    final BlockingQueue<Integer> keys = new LinkedBlockingQueue<>();

    @Override
    public int available() {
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

package cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import sockets.Describe;
import sockets.Threads;

/**
 * Writes to another stream in a thread of its own, so that nobody waits for a terminal or a pipe
 * that is stuck. Lines that find no room are lost, and their number is written when it moves again.
 */
final class BackgroundOutput extends OutputStream {
  static final int ROOM = 10_000; // lines: a megabyte or two

  private final OutputStream to;
  private final AtomicInteger lost = new AtomicInteger();
  private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
  private volatile boolean stuck;

  BackgroundOutput(OutputStream to) {
    this.to = to;
    Threads.daemon(this::run, "standard error").start(); // Later there may be no thread left.
  }

  private void run() {
    try {
      while (true) {
        waiting.take().run();
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this thread.
    }
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    if (waiting.size() < ROOM) {
      byte[] text = Arrays.copyOfRange(bytes, offset, offset + length);
      waiting.add(() -> writeNow(text));
    } else {
      lost.incrementAndGet();
    }
  }

  private void writeNow(byte[] text) {
    try {
      to.write(text);
      if (waiting.isEmpty() && lost.get() > 0) {
        String lines = Describe.count(lost.getAndSet(0), "line");
        to.write(("(" + lines + " could not be printed)" + System.lineSeparator()).getBytes());
      }
    } catch (IOException e) {
      // Standard error is where it would be said.
    }
    stuck = false;
  }

  /** Waits until all is written, for a stream that is stuck only once, a quarter of a second. */
  @Override
  public void flush() {
    try {
      CountDownLatch written = new CountDownLatch(1);
      if (!stuck) {
        waiting.add(
            () -> {
              writeNow(new byte[0]); // It says what was lost before.
              written.countDown();
            });
        stuck = !written.await(250, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

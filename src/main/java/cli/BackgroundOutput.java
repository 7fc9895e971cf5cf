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
 * that is stuck. Lines that find no room are lost; how many is written once the stream moves again.
 */
final class BackgroundOutput extends OutputStream {
  static final int ROOM = 10_000; // lines: a megabyte or two

  private final OutputStream to;
  private final AtomicInteger lost = new AtomicInteger();
  private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
  private volatile boolean stuck;

  BackgroundOutput(OutputStream to) {
    this.to = to;
    Threads.daemon(this::writeAll, "standard error").start(); // Later there may be none left.
  }

  private void writeAll() {
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
      // It can't be reported: this is standard error itself.
    }
    stuck = false;
  }

  /** Waits until all is written; for a stuck stream, once only and for a quarter of a second. */
  @Override
  public void flush() {
    try {
      if (!stuck) {
        CountDownLatch written = new CountDownLatch(1);
        waiting.add(
            () -> {
              writeNow(new byte[0]); // Reports lines that were lost, if any.
              written.countDown();
            });
        stuck = !written.await(250, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

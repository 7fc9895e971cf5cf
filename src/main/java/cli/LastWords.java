package cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.ExitCode;

/**
 * Ends the process with one line when the heap has run out; otherwise it might live on and serve
 * nobody. Everything that this takes is made in advance, as there is no memory to make it later.
 */
final class LastWords implements Thread.UncaughtExceptionHandler {
  /** Then standard error is stuck. */
  private static final long PATIENCE_MILLIS = 500;

  private final byte[] line;
  private final FileOutputStream err = new FileOutputStream(FileDescriptor.err);
  private final CountDownLatch outOfMemory = new CountDownLatch(1);
  private final Thread ending = new Thread(this::end, "end");

  LastWords(String program) {
    line =
        (program + ": out of memory" + System.lineSeparator()).getBytes(Charset.defaultCharset());
    ending.setDaemon(true);
    ending.start();
  }

  @Override
  public synchronized void uncaughtException(Thread thread, Throwable failure) {
    if (failure instanceof OutOfMemoryError) {
      outOfMemory.countDown();
      try {
        err.write(line);
      } catch (IOException e) {
        // The process ends without a word.
      }
      Runtime.getRuntime().halt(ExitCode.SOFTWARE);
    } else {
      failure.printStackTrace(); // It is a bug.
    }
  }

  /** Ends the process even if standard error is stuck. */
  private void end() {
    try {
      outOfMemory.await();
      Thread.sleep(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      // Nobody does that.
    } finally {
      Runtime.getRuntime().halt(ExitCode.SOFTWARE);
    }
  }
}

package cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.ExitCode;

/**
 * Ends the process with one line when the heap has run out; otherwise it might live on and serve
 * nobody. What it needs is allocated in advance.
 */
final class LastWords implements Thread.UncaughtExceptionHandler {
  private final byte[] line;
  private final FileOutputStream err = new FileOutputStream(FileDescriptor.err);
  private final AtomicInteger failures = new AtomicInteger();

  LastWords(String program) {
    line = (program + ": out of memory" + System.lineSeparator()).getBytes();
  }

  @Override
  public void uncaughtException(Thread thread, Throwable failure) {
    if (!(failure instanceof OutOfMemoryError)) {
      failure.printStackTrace(); // It is a bug.
      return;
    }
    try {
      if (failures.getAndIncrement() == 0) {
        err.write(line);
      } else {
        Thread.sleep(500); // The first one ends the process, unless standard error is stuck.
      }
    } catch (IOException | InterruptedException e) {
      // The process ends without a word.
    }
    Runtime.getRuntime().halt(ExitCode.SOFTWARE);
  }
}

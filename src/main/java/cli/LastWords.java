package cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
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
  private boolean begun;

  LastWords(String program) {
    line =
        (program + ": out of memory" + System.lineSeparator()).getBytes(Charset.defaultCharset());
  }

  @Override
  public void uncaughtException(Thread thread, Throwable failure) {
    if (!(failure instanceof OutOfMemoryError)) {
      failure.printStackTrace(); // It is a bug.
      return;
    }
    try {
      if (begin()) {
        err.write(line);
      } else {
        Thread.sleep(PATIENCE_MILLIS);
      }
    } catch (IOException | InterruptedException e) {
      // The process ends without a word.
    }
    Runtime.getRuntime().halt(ExitCode.SOFTWARE);
  }

  private synchronized boolean begin() {
    boolean first = !begun;
    begun = true;
    return first;
  }
}

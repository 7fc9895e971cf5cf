package cli;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Standard input, output and error, and which of them are terminals. {@link System#in} reads ahead
 * and {@link System#out} hides errors, so the descriptors themselves are used.
 */
record StandardStreams(
    InputStream in,
    OutputStream out,
    PrintStream err,
    boolean inIsTerminal,
    boolean outIsTerminal) {
  /** What a standard descriptor was when the process started. */
  enum Kind {
    CLOSED,
    TERMINAL,
    OTHER
  }

  /**
   * Takes those of this process. One that was closed when the process started is empty, can't be
   * written, or is silent.
   */
  static StandardStreams ofProcess() {
    Path descriptors = Path.of("/proc/self/fd");
    Kind in = kind(descriptors, 0);
    Kind out = kind(descriptors, 1);
    Kind err = kind(descriptors, 2);
    FileDescriptor closed = new FileDescriptor();
    return new StandardStreams(
        in == Kind.CLOSED ? InputStream.nullInputStream() : new FileInputStream(FileDescriptor.in),
        new FileOutputStream(out == Kind.CLOSED ? closed : FileDescriptor.out),
        err == Kind.CLOSED ? new PrintStream(OutputStream.nullOutputStream()) : System.err,
        in == Kind.TERMINAL,
        out == Kind.TERMINAL);
  }

  /** Looks at a descriptor. */
  static Kind kind(Path descriptors, int number) {
    Path descriptor = descriptors.resolve(String.valueOf(number));
    boolean isTerminal;
    if (Files.isDirectory(descriptors)) {
      try {
        Path file = Files.readSymbolicLink(descriptor);
        if (belongsToJvm(file)) {
          return Kind.CLOSED;
        }
        boolean isNamed = file.startsWith("/"); // not pipe:[1], socket:[1]
        isTerminal =
            file.startsWith("/dev/pts")
                || isNamed
                    && !file.endsWith("/dev/null")
                    && !Files.isRegularFile(descriptor)
                    && isTerminal(number);
      } catch (IOException e) {
        return Kind.CLOSED;
      }
    } else { // macOS, Windows
      isTerminal = isTerminal(number);
    }
    return isTerminal ? Kind.TERMINAL : Kind.OTHER;
  }

  /** The JVM opens files before {@code main} runs, and they get the numbers that are free. */
  private static boolean belongsToJvm(Path file) throws IOException {
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (Files.exists(Path.of(entry)) && file.equals(Path.of(entry).toRealPath())) {
        return true;
      }
    }
    return file.startsWith(Path.of(System.getProperty("java.home"), "lib").toRealPath());
  }

  /**
   * Has the terminal hand over a line that is typed in part, which it otherwise keeps until Enter.
   * Leaving canonical mode does that (termios(3)). A program in the background, whose process group
   * is not the terminal's (proc(5)), would be stopped for it.
   */
  void finishTyping() {
    String inForeground = "set -- $(cat /proc/$$/stat); [ \"$5\" = \"$8\" ]";
    try {
      run("sh", "-c", "{ " + inForeground + " && stty -icanon && stty icanon; } 2>/dev/null");
    } catch (IOException e) {
      // There is no stty(1): Windows.
    }
  }

  /** Asks test(1), which takes some milliseconds; where there is none (Windows), the console. */
  private static boolean isTerminal(int number) {
    try {
      return run("test", "-t", String.valueOf(number)) == 0;
    } catch (IOException e) {
      return isConsoleTerminal(System.console());
    }
  }

  private static int run(String... command) throws IOException {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  /** A console does not tell one stream from another. */
  static boolean isConsoleTerminal(java.io.Console console) {
    try {
      return console != null
          && (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true; // Before Java 22 there was a console only where there was a terminal.
    }
  }
}

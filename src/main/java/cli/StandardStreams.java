package cli;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import sockets.Describe;

/**
 * Standard input, output and error, which of them are terminals, and what runs a task when the
 * process ends. {@link System#in} reads ahead and {@link System#out} hides errors, so the
 * descriptors themselves are used.
 */
record StandardStreams(
    InputStream in,
    OutputStream out,
    PrintStream err,
    boolean inIsTerminal,
    boolean outIsTerminal,
    Consumer<Runnable> atEnd) {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** Those of this process. A stream that was closed at start is empty, unwritable or silent. */
  static StandardStreams ofProcess() {
    return new StandardStreams(
        isOpen(DESCRIPTORS, 0)
            ? new FileInputStream(FileDescriptor.in)
            : InputStream.nullInputStream(),
        new FileOutputStream(isOpen(DESCRIPTORS, 1) ? FileDescriptor.out : new FileDescriptor()),
        isOpen(DESCRIPTORS, 2) ? System.err : new PrintStream(OutputStream.nullOutputStream()),
        isTerminal(DESCRIPTORS, 0),
        isTerminal(DESCRIPTORS, 1),
        StandardStreams::runAtEnd);
  }

  private static void runAtEnd(Runnable task) {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(task));
    } catch (IllegalStateException e) {
      // A signal has come already.
    }
  }

  /** Whether a descriptor is the user's; the JVM's first files get the numbers that are free. */
  static boolean isOpen(Path descriptors, int number) {
    try {
      Path file = Files.readSymbolicLink(descriptors.resolve("" + number));
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
        if (file.equals(new File(entry).getCanonicalFile().toPath())) {
          return false;
        }
      }
      return !file.startsWith(Path.of(System.getProperty("java.home"), "lib").toRealPath());
    } catch (IOException e) {
      return !Files.isDirectory(descriptors); // Without /proc (macOS, Windows) it counts as open.
    }
  }

  /** Spares test(1), which takes some milliseconds, where the name is enough. */
  static boolean isTerminal(Path descriptors, int number) {
    Path descriptor = descriptors.resolve("" + number);
    try {
      Path file = Files.readSymbolicLink(descriptor);
      boolean hasName = file.startsWith("/"); // not pipe:[1], socket:[1]
      if (!hasName || file.endsWith("/dev/null") || Files.isRegularFile(descriptor)) {
        return false;
      }
    } catch (IOException e) {
      // It is closed, or there is no /proc.
    }
    try {
      return run("test", "-t", "" + number) == 0;
    } catch (IOException e) { // There is none: Windows.
      return isConsoleTerminal(System.console());
    }
  }

  /** Standard output, whose errors name it; closing it leaves the descriptor open. */
  OutputStream output(Runnable beforeEachWrite) {
    return new OutputStream() {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        beforeEachWrite.run();
        try {
          out.write(bytes, offset, length);
        } catch (IOException e) {
          throw new IOException("cannot write to standard output: " + Describe.reason(e), e);
        }
      }

      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }
    };
  }

  /**
   * Has the terminal hand over a half-typed line, which it otherwise keeps until Enter: leaving
   * canonical mode does that (termios(3)). A program in the background, whose process group is not
   * the terminal's (proc(5)), would be stopped for it. Ctrl-C must not come in between.
   */
  void finishTyping() {
    String groups = "read -r _ _ _ _ own _ _ terminal _ < /proc/$$/stat";
    String handOver = "[ \"$own\" = \"$terminal\" ] && stty -icanon && stty icanon";
    try {
      run("sh", "-c", "{ trap '' INT; " + groups + "; " + handOver + "; } 2> /dev/null");
    } catch (IOException e) {
      // There is no stty(1): Windows.
    }
  }

  private static int run(String... command) throws IOException {
    return new ProcessBuilder(command).inheritIO().start().onExit().join().exitValue();
  }

  /** A console answers for both streams. */
  static boolean isConsoleTerminal(java.io.Console console) {
    try {
      return console != null
          && (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true; // Before Java 22 there was a console only where there was a terminal.
    }
  }
}

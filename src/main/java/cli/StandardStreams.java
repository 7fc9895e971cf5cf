package cli;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import sockets.Describe;

/** The standard descriptors themselves, as System.in reads ahead and System.out hides errors. */
record StandardStreams(
    InputStream in, OutputStream out, PrintStream err, boolean inTerminal, boolean outTerminal) {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** Those of this process. If closed at start, in is empty, out fails, and err is silent. */
  static StandardStreams ofProcess() {
    InputStream in = new FileInputStream(FileDescriptor.in);
    OutputStream err = new BackgroundOutput(output(2, FileDescriptor.err));
    return new StandardStreams(
        isOpen(DESCRIPTORS, 0) ? in : InputStream.nullInputStream(),
        output(1, FileDescriptor.out),
        new PrintStream(err, false, StandardCharsets.UTF_8),
        isTerminal(DESCRIPTORS, 0),
        isTerminal(DESCRIPTORS, 1));
  }

  private static OutputStream output(int number, FileDescriptor descriptor) {
    return new FileOutputStream(isOpen(DESCRIPTORS, number) ? descriptor : new FileDescriptor());
  }

  /** Whether the user opened a descriptor; if not, a file of the JVM may have got its number. */
  static boolean isOpen(Path descriptors, int number) {
    try {
      Path file = Files.readSymbolicLink(descriptors.resolve("" + number));
      boolean jvms = file.startsWith(Path.of(System.getProperty("java.home"), "lib").toRealPath());
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
        jvms |= file.equals(new File(entry).getCanonicalFile().toPath());
      }
      return !jvms;
    } catch (IOException e) {
      return !Files.isDirectory(descriptors); // Without /proc (macOS, Windows) it counts as open.
    }
  }

  /** Whether a descriptor is a terminal: on Linux its file's name tells, elsewhere test(1). */
  static boolean isTerminal(Path descriptors, int number) {
    boolean linux = Files.isDirectory(descriptors);
    try {
      if (linux) {
        String name = Files.readSymbolicLink(descriptors.resolve("" + number)).toString();
        return name.matches("/dev/(pts/|tty|console).*");
      }
      Process test = new ProcessBuilder("test", "-t", "" + number).inheritIO().start();
      return test.onExit().join().exitValue() == 0;
    } catch (IOException e) { // It is closed; or this is Windows, which has no test(1).
      return !linux && System.console() != null;
    }
  }

  /** Standard output, which flushes err first. Its exceptions name it; close() does nothing. */
  OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        err.flush();
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
}

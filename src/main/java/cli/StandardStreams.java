package cli;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import sockets.Describe;

/**
 * Standard input, output and error, and which of them are terminals.
 *
 * @param in standard input; nothing is read ahead from it
 * @param out standard output, for data alone; unbuffered, and its errors are thrown
 * @param err standard error, for all that is said to the user
 * @param inIsTerminal whether a person types the input
 * @param outIsTerminal whether the output is shown on a screen
 */
public record StandardStreams(
    InputStream in,
    OutputStream out,
    PrintStream err,
    boolean inIsTerminal,
    boolean outIsTerminal) {
  /**
   * Those of this process. {@link System#in} reads ahead and {@link System#out} hides errors, so
   * the descriptors themselves are used.
   *
   * @return the streams
   */
  public static StandardStreams ofProcess() {
    return new StandardStreams(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        System.err,
        isTerminal(0),
        isTerminal(1));
  }

  /**
   * Where data from a peer goes: to standard output as it is or, on a terminal, made harmless.
   *
   * @return a stream whose errors name standard output; closing it leaves standard output open
   */
  public OutputStream display() {
    return outIsTerminal ? new TerminalOutput(output()) : output();
  }

  /** Standard output with errors that say that it is what they are about. */
  OutputStream output() {
    return new StandardOutput();
  }

  /**
   * Reads one line and not a byte beyond it, so that the next reader of the same input finds what
   * follows.
   *
   * @param in standard input, or a decorator of it
   * @return the line's bytes as they are, without LF or CRLF; null at the end of input. What comes
   *     before the end of input is a line too.
   * @throws IOException if reading fails
   */
  static byte[] readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      int b;
      while ((b = in.read()) >= 0 && b != '\n') {
        line.write(b);
      }
      if (b < 0 && line.size() == 0) {
        return null;
      }
    } catch (IOException e) {
      throw new IOException("cannot read standard input: " + Describe.reason(e), e);
    }
    byte[] bytes = line.toByteArray();
    int last = bytes.length - 1;
    return last >= 0 && bytes[last] == '\r' ? Arrays.copyOf(bytes, last) : bytes;
  }

  /** What isatty(3) tells; {@link System#console} does not tell one stream from another. */
  private static boolean isTerminal(int descriptor) {
    Path open = Path.of("/proc/self/fd/" + descriptor);
    try {
      String target = Files.readSymbolicLink(open).toString();
      if (target.startsWith("/dev/pts/") || target.startsWith("/dev/tty")) {
        return true;
      }
      boolean isPipe = !target.startsWith("/"); // or a socket: pipe:[1], socket:[1]
      if (isPipe || target.equals("/dev/null") || Files.isRegularFile(open)) {
        return false;
      }
    } catch (IOException e) {
      // There is no /proc: macOS, the BSDs.
    }
    return isTerminalByTest(descriptor);
  }

  /** Asks test(1), which takes some milliseconds. */
  private static boolean isTerminalByTest(int descriptor) {
    try {
      String number = String.valueOf(descriptor);
      return new ProcessBuilder("test", "-t", number).inheritIO().start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  private final class StandardOutput extends OutputStream {
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
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
  }
}

package cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class StandardStreamsTest {
  private boolean closed;
  private final ByteArrayOutputStream shown =
      new ByteArrayOutputStream() {
        @Override
        public void close() {
          closed = true;
        }
      };

  private static StandardStreams streams(OutputStream out, boolean outIsTerminal) {
    return new StandardStreams(
        InputStream.nullInputStream(),
        out,
        new PrintStream(OutputStream.nullOutputStream()),
        false,
        outIsTerminal);
  }

  @Test
  void aPipeGetsEveryByteUntouched() throws IOException {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    try (OutputStream out = streams(shown, false).display()) {
      out.write(all, 0, 200);
      out.write(all, 200, 56);
    }
    assertArrayEquals(all, shown.toByteArray());
  }

  @Test
  void aPipeGetsNoLineEndingThatWasNotSent() throws IOException {
    try (OutputStream out = streams(shown, false).display()) {
      out.write('x');
    }
    assertEquals("x", shown.toString());
  }

  @Test
  void aTerminalGetsSafeText() throws IOException {
    try (OutputStream out = streams(shown, true).display()) {
      out.write(new byte[] {0x1b, 'c'});
    }
    assertEquals("^[c\n", shown.toString());
  }

  @Test
  void closingTheDisplayLeavesStandardOutputOpen() throws IOException {
    streams(shown, false).display().close();
    streams(shown, true).display().close();
    assertFalse(closed);
  }

  @Test
  void aWriteErrorNamesStandardOutput() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    for (boolean outIsTerminal : new boolean[] {false, true}) {
      OutputStream display = streams(broken, outIsTerminal).display();
      IOException e = assertThrows(IOException.class, () -> display.write('x'));
      assertEquals("cannot write to standard output: No space left on device", e.getMessage());
    }
  }
}

package cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class ReadLineTest {
  private static ByteArrayInputStream input(String latin1) {
    return new ByteArrayInputStream(latin1.getBytes(ISO_8859_1));
  }

  private static void assertFirstLine(String expected, String input) throws IOException {
    assertEquals(expected, new String(StandardStreams.readLine(input(input)), ISO_8859_1));
  }

  @Test
  void aLineEndsAtLineFeed() throws IOException {
    assertFirstLine("GET /", "GET /\nrest");
  }

  @Test
  void aTrailingCarriageReturnIsDropped() throws IOException {
    assertFirstLine("GET /", "GET /\r\nrest");
    assertFirstLine("GET /", "GET /\r");
    assertFirstLine("", "\r\n");
  }

  @Test
  void onlyOneCarriageReturnIsDropped() throws IOException {
    assertFirstLine("a\r", "a\r\r\n");
  }

  @Test
  void aCarriageReturnInsideTheLineStays() throws IOException {
    assertFirstLine("a\rb", "a\rb\n");
    assertFirstLine("\ra", "\ra\n");
  }

  @Test
  void aLastLineNeedsNoEnding() throws IOException {
    assertFirstLine("GET /", "GET /");
  }

  @Test
  void anEmptyLineIsALine() throws IOException {
    assertFirstLine("", "\n");
  }

  @Test
  void inputThatEndsAtOnceHasNoLine() throws IOException {
    assertNull(StandardStreams.readLine(input("")));
  }

  @Test
  void linesComeOneByOneAndThenNone() throws IOException {
    InputStream in = input("one\n\nthree");
    assertEquals("one", new String(StandardStreams.readLine(in), ISO_8859_1));
    assertEquals("", new String(StandardStreams.readLine(in), ISO_8859_1));
    assertEquals("three", new String(StandardStreams.readLine(in), ISO_8859_1));
    assertNull(StandardStreams.readLine(in));
  }

  @Test
  void notAByteBeyondTheLineIsRead() throws IOException {
    InputStream in = input("one\ntwo");
    StandardStreams.readLine(in);
    assertEquals("two", new String(in.readAllBytes(), ISO_8859_1));
  }

  @Test
  void allOtherBytesAreKeptAsTheyAre() throws IOException {
    byte[] line = new byte[255]; // all but LF; CR is not the last
    for (int i = 0; i < line.length; i++) {
      line[i] = (byte) (i < '\n' ? i : i + 1);
    }
    assertArrayEquals(line, StandardStreams.readLine(new ByteArrayInputStream(line)));
  }

  @Test
  void aReadErrorNamesStandardInput() {
    InputStream broken =
        new InputStream() {
          private int left = 3;

          @Override
          public int read() throws IOException {
            if (left-- > 0) {
              return 'x';
            }
            throw new IOException("Input/output error");
          }
        };
    IOException e = assertThrows(IOException.class, () -> StandardStreams.readLine(broken));
    assertEquals("cannot read standard input: Input/output error", e.getMessage());
  }
}

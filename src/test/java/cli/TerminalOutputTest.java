package cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalOutputTest {
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final TerminalOutput terminal = new TerminalOutput(screen);

  /** What is shown of bytes that are written in one go, with an LF after them. */
  private static String shown(byte[] bytes) throws IOException {
    String text = shown(bytes, bytes.length, bytes.length);
    return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }

  private static String shown(String text) throws IOException {
    return shown(text.getBytes(UTF_8));
  }

  private static String shownOfHex(String hex) throws IOException {
    return shown(HexFormat.ofDelimiter(" ").parseHex(hex));
  }

  /** The bytes written in three pieces, the stream closed. */
  private static String shown(byte[] bytes, int from, int to) throws IOException {
    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    try (TerminalOutput terminal = new TerminalOutput(screen)) {
      terminal.write(bytes, 0, from);
      terminal.write(bytes, from, to - from);
      terminal.write(bytes, to, bytes.length - to);
    }
    return screen.toString(UTF_8);
  }

  @Test
  void everyOtherC0ControlAndDeleteIsShownWithACaret() throws IOException {
    for (int c = 0; c < 0x20; c++) {
      if (c != '\n' && c != '\t' && c != '\r') {
        assertEquals("a^" + (char) ('@' + c) + "b", shown("a" + (char) c + "b"));
      }
    }
    assertEquals("a^?b", shown("a\u007fb"));
  }

  @Test
  void escapeSequencesAreShown() throws IOException {
    assertEquals("^[[31mred^[]0;title^G", shown("\u001b[31mred\u001b]0;title\u0007"));
  }

  @Test
  void newlineTabAndCrLfPass() throws IOException {
    assertEquals("\ta\r\n\r\n\nb\r\n", shown("\ta\r\n\r\n\nb\r\n\n"));
  }

  @Test
  void aLoneCarriageReturnIsShown() throws IOException {
    assertEquals("a^Mb^M", shown("a\rb\r"));
    assertEquals("^M^M\r\nx", shown("\r\r\r\nx"));
    assertEquals("^M^[", shown("\r\u001b"));
  }

  @Test
  void everyC1ControlInUtf8IsSpeltOut() throws IOException {
    for (int c = 0x80; c <= 0x9f; c++) {
      assertEquals(String.format("a\\u00%02xb", c), shown("a" + (char) c + "b"));
    }
  }

  @Test
  void everyRawC1ControlIsReplaced() throws IOException {
    for (int c = 0x80; c <= 0x9f; c++) {
      assertEquals("a\ufffdb", shown(new byte[] {'a', (byte) c, 'b'}));
    }
  }

  @Test
  void embeddingsOverridesAndIsolatesAreSpeltOut() throws IOException {
    for (int c : new int[] {0x202a, 0x202b, 0x202c, 0x202d, 0x202e}) {
      assertEquals(String.format("a\\u%xb", c), shown("a" + (char) c + "b"));
    }
    for (int c : new int[] {0x2066, 0x2067, 0x2068, 0x2069}) {
      assertEquals(String.format("a\\u%xb", c), shown("a" + (char) c + "b"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain ~ text",
        "\u00a0\u00a1Grüße, Ångström\u00ff",
        "Ελληνικά Русский",
        "עברית العربية",
        "हिन्दी ไทย",
        "日本語 한국어 中文",
        "e\u0301 a\u0308\u0323",
        "😀 👩‍👩‍👧 🇪🇺 𝒳 \udbff\udffd",
        "marks \u200e\u200f\u061c stay",
        "\u2029\u2065\u206a\ufeff\ufffd\ufffe\uffff\ue000\ud7ff",
      })
  void ordinaryTextPassesUnchanged(String text) throws IOException {
    assertEquals(text, shown(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c0 af", // overlong
        "c1 9b", // overlong C1
        "e0 80 9b",
        "f0 80 80 9b",
        "e0 9f bf",
        "f0 8f bf bf",
        "ed a0 80", // surrogates
        "ed bf bf",
        "ed a0 bd ed b8 80",
        "f4 90 80 80", // beyond U+10FFFF
        "f5 80 80 80",
        "f8 88 80 80 80",
        "fe",
        "ff",
        "80",
        "bf bf",
        "c2", // truncated
        "e2 82",
        "f0 9f 98",
        "f0 9f",
      })
  void whatIsNotUtf8IsReplaced(String hex) throws IOException {
    assertTrue(shownOfHex(hex).matches("\ufffd+"), shownOfHex(hex));
    assertTrue(shownOfHex("61 " + hex + " 62").matches("a\ufffd+b"), shownOfHex(hex));
    assertTrue(shownOfHex(hex + " e2 82 ac").matches("\ufffd+€"), shownOfHex(hex));
  }

  @Test
  void aControlCutsACharacterShortAndIsStillShown() throws IOException {
    assertEquals("\ufffd^[", shownOfHex("e2 82 1b"));
    assertEquals("\ufffd\\u009b", shownOfHex("f0 9f c2 9b"));
  }

  @Test
  void whatIsCompleteIsShownAtOnce() throws IOException {
    terminal.write("a€".getBytes(UTF_8));
    assertEquals("a€", screen.toString(UTF_8));
    terminal.write('b');
    assertEquals("a€b", screen.toString(UTF_8));
  }

  @Test
  void aCutCharacterIsHeldUntilItsRestComes() throws IOException {
    byte[] euro = "€".getBytes(UTF_8);
    terminal.write(euro, 0, 2);
    assertEquals("", screen.toString(UTF_8));
    terminal.write(euro, 2, 1);
    assertEquals("€", screen.toString(UTF_8));
  }

  @Test
  void closingShowsWhatWasHeldAndEndsTheLine() throws IOException {
    terminal.write(HexFormat.of().parseHex("61e282"));
    terminal.close();
    assertEquals("a\ufffd\n", screen.toString(UTF_8));
  }

  @Test
  void closingShowsAHeldCarriageReturn() throws IOException {
    terminal.write("a\n\r".getBytes(UTF_8));
    assertEquals("a\n", screen.toString(UTF_8));
    terminal.close();
    assertEquals("a\n^M\n", screen.toString(UTF_8));
  }

  @Test
  void closingAddsNothingToACompleteLine() throws IOException {
    terminal.write("a\n".getBytes(UTF_8));
    terminal.close();
    assertEquals("a\n", screen.toString(UTF_8));
  }

  @Test
  void closingAddsNothingWhereNothingWasShown() throws IOException {
    terminal.close();
    assertEquals("", screen.toString(UTF_8));
  }

  @Test
  void closingTwiceIsClosingOnce() throws IOException {
    terminal.write('a');
    terminal.close();
    terminal.close();
    assertEquals("a\n", screen.toString(UTF_8));
  }

  @Test
  void theSameIsShownHoweverTheBytesAreSplit() throws IOException {
    byte[] corpus = corpus();
    String whole = shown(corpus, corpus.length, corpus.length);
    for (int i = 0; i <= corpus.length; i++) {
      assertEquals(whole, shown(corpus, i, i), "split at " + i);
      assertEquals(whole, shown(corpus, i, Math.min(i + 1, corpus.length)), "one byte at " + i);
      assertEquals(whole, shown(corpus, i, Math.min(i + 2, corpus.length)), "two bytes at " + i);
    }
    for (byte b : corpus) {
      terminal.write(b);
    }
    terminal.close();
    assertEquals(whole, screen.toString(UTF_8));
  }

  private static byte[] corpus() throws IOException {
    ByteArrayOutputStream corpus = new ByteArrayOutputStream();
    corpus.write(
        "a\u001b[2J\u009b1m\u202ex\r\n\r\ty\r\r\n€ß😀日e\u0301\u0085\0\u007f".getBytes(UTF_8));
    String malformed =
        "c0af c19b e0809b f080809b eda080 edbfbf f4908080 f888808080 feff 9b80 c241 e28241 e24182"
            + "f09f9841 f09f4198 f0419f98 e282f09f9880 ede2 f0c29b c2c2a9 e0a0 0d c2850dc20a";
    corpus.write(HexFormat.of().parseHex(malformed.replace(" ", "")));
    corpus.write(0xf0);
    corpus.write(0x9f);
    return corpus.toByteArray();
  }

  @Test
  void noControlEverReachesTheTerminal() throws IOException {
    byte[] likely = corpus();
    for (long seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      byte[] bytes = new byte[random.nextInt(60)];
      for (int i = 0; i < bytes.length; i++) {
        boolean any = random.nextInt(4) == 0;
        bytes[i] = any ? (byte) random.nextInt() : likely[random.nextInt(likely.length)];
      }
      int from = random.nextInt(bytes.length + 1);
      screen.reset();
      terminal.write(bytes, 0, from);
      terminal.write(bytes, from, bytes.length - from);
      terminal.close();
      String text = harmless(screen.toByteArray(), "seed " + seed);
      assertEquals(text, shown(bytes, bytes.length, bytes.length), "seed " + seed);
    }
  }

  private static String harmless(byte[] bytes, String message) throws CharacterCodingException {
    // A new decoder reports what is malformed.
    String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean allowed =
          c == '\n'
              || c == '\t'
              || (c == '\r' && text.startsWith("\r\n", i))
              || !(Character.isISOControl(c) || "\u202a\u202b\u202c\u202d\u202e".indexOf(c) >= 0);
      assertTrue(allowed && (c < 0x2066 || c > 0x2069), message + " at " + i + ": " + text);
    }
    assertTrue(text.isEmpty() || text.endsWith("\n"), message);
    assertArrayEquals(bytes, text.getBytes(UTF_8), message);
    return text;
  }
}

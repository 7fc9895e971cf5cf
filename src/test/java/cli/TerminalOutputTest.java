package cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalOutputTest {
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final TerminalOutput terminal = new TerminalOutput(screen);

  /** What is shown of bytes in three pieces once the stream is closed. */
  private String shown(byte[] bytes, int from, int to) throws IOException {
    screen.reset();
    terminal.write(bytes, 0, from);
    terminal.write(bytes, from, to - from);
    terminal.write(bytes, to, bytes.length - to);
    terminal.close();
    return screen.toString(UTF_8);
  }

  /** What is shown of a line. */
  private String shown(String text) throws IOException {
    byte[] line = (text + ".\n").getBytes(UTF_8);
    return shown(line, line.length, line.length).replaceFirst("[.]\n$", "");
  }

  @Test
  void everyControlIsSpeltOutButNewlineTabAndCrLfAndSoIsWhatReordersText() throws IOException {
    for (char c = 0; c < 0x20; c++) {
      assertEquals(c == '\t' || c == '\n' ? "" + c : "^" + (char) ('@' + c), shown("" + c));
    }
    for (char c = 0x80; c <= 0x9f; c++) {
      assertEquals(String.format("\\u00%02x", (int) c), shown("" + c));
    }
    // Embeddings, overrides and isolates.
    for (char c : "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069".toCharArray()) {
      assertEquals(String.format("\\u%04x", (int) c), shown("" + c));
    }
    assertEquals("^?^[[31mred^[]0;title^G", shown("\177\33[31mred\33]0;title\7"));
    assertEquals("\t\r\n\r\n\n^M^M\r\n^M^[", shown("\t\r\n\r\n\n\r\r\r\n\r\33"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " plain ~ text \u00a0\u00a1Grüße, Ångström\u00ff, Ελληνικά Русский עברית العربية हिन्दी"
            + " ไทย",
        "日本語 한국어 中文 e\u0301 a\u0308\u0323 😀 👩‍👩‍👧 🇪🇺 𝒳 \udbff\udffd",
        "marks \u200e\u200f\u061c stay"
            + " \u2029\u202f\u2065\u206a\ufeff\ufffd\ufffe\uffff\ue000\ud7ff",
      })
  void ordinaryTextPassesUnchanged(String text) throws IOException {
    assertEquals(text, shown(text));
  }

  @Test
  void whatIsNotUtf8IsReplaced() throws IOException {
    String overlong = "c0af c19b e0809b f080809b e09fbf f08fbfbf ";
    String surrogates = "eda080 edbfbf eda0bdedb880 ";
    String tooLarge = "f4908080 f5808080 f888808080 fe ff ";
    String cut = "80 bfbf 9b c2 e282 f09f98 f09f";
    for (String hex : (overlong + surrogates + tooLarge + cut).split(" ")) {
      byte[] bytes = HexFormat.of().parseHex(hex + "e282acc29b1b0a");
      String shown = shown(bytes, 0, bytes.length);
      assertTrue(shown.matches("\ufffd+€\\\\u009b\\^\\[\n"), hex + ": " + shown);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "61e2, 82, a, 'a\ufffd\n'", // a cut character
    "61e282, ac, 'a€', 'a€\n'",
    "61, 0a0d, 'a\n', 'a\n^M\n'",
    "610d, 0a, 'a\r\n', 'a\r\n'",
    "61, '', a, 'a\n'",
    "'', '', '', ''",
  })
  void whatIsCompleteIsShownAtOnceAndClosingShowsTheRestAndEndsALineThatWasBegun(
      String first, String second, String before, String after) throws IOException {
    terminal.write(HexFormat.of().parseHex(first));
    for (byte b : HexFormat.of().parseHex(second)) {
      terminal.write(b);
    }
    assertEquals(before, screen.toString(UTF_8));
    terminal.close();
    assertEquals(after, screen.toString(UTF_8));
    terminal.close();
    assertEquals(after, screen.toString(UTF_8));
  }

  @Test
  void noControlReachesTheTerminalAndTheSameIsShownHoweverTheBytesAreSplit() throws IOException {
    ByteArrayOutputStream likely = new ByteArrayOutputStream();
    likely.write("a\33[2J\u009b1m\u202ex\r\n\r\ty\r\r\n€ß😀日e\u0301\u0085\0\177".getBytes(UTF_8));
    String malformed =
        "c0afc19be0809bf080809beda080edbfbff4908080f888808080feff9b80c241e28241e24182f09f9841"
            + "f09f4198f0419f98e282f09f9880ede2f0c29bc2c2a9e0a00dc2850dc20af09f";
    likely.write(HexFormat.of().parseHex(malformed));
    byte[] pool = likely.toByteArray();
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      byte[] bytes = new byte[random.nextInt(60)];
      for (int i = 0; i < bytes.length; i++) {
        boolean any = random.nextInt(4) == 0;
        bytes[i] = any ? (byte) random.nextInt() : pool[random.nextInt(pool.length)];
      }
      String shown = shown(bytes, bytes.length, bytes.length);
      String harmless = "(\r?\n|[\t\\P{Cntrl}&&[^\200-\237\u202a-\u202e\u2066-\u2069]])*(?<=\n)";
      assertTrue(shown.matches("(" + harmless + ")?"), seed + ": " + shown);
      for (int from = 0; from <= bytes.length; from++) {
        int to = Math.min(from + random.nextInt(3), bytes.length);
        assertEquals(shown, shown(bytes, from, to), seed + ": " + from + " to " + to);
      }
    }
  }
}

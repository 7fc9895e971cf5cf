package cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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

  private String screen() {
    return screen.toString(UTF_8);
  }

  /** What is shown of bytes in three pieces once the stream is closed. */
  private static String shown(byte[] bytes, int from, int to) throws IOException {
    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    try (TerminalOutput terminal = new TerminalOutput(screen)) {
      terminal.write(bytes, 0, from);
      terminal.write(bytes, from, to - from);
      terminal.write(bytes, to, bytes.length - to);
    }
    return screen.toString(UTF_8);
  }

  /** What is shown of a line between two letters. */
  private static String shown(byte[] bytes) throws IOException {
    byte[] line = ("a" + new String(bytes, ISO_8859_1) + "b\n").getBytes(ISO_8859_1);
    return shown(line, line.length, line.length).replaceFirst("(?s)^a(.*)b\n$", "$1");
  }

  private static String shown(String text) throws IOException {
    return shown(text.getBytes(UTF_8));
  }

  @Test
  void everyControlIsSpeltOutButNewlineTabAndCrLfAndSoIsWhatReordersText() throws IOException {
    for (int c = 0; c < 0x20; c++) {
      String expected = c == '\t' || c == '\n' ? "" + (char) c : "^" + (char) ('@' + c);
      assertEquals(expected, shown("" + (char) c));
    }
    assertEquals("^?", shown("\u007f"));
    for (int c = 0x80; c <= 0x9f; c++) {
      assertEquals(String.format("\\u00%02x", c), shown("" + (char) c));
      assertEquals("\ufffd", shown(new byte[] {(byte) c}));
    }
    assertEquals("^[[31mred^[]0;title^G", shown("\u001b[31mred\u001b]0;title\u0007"));
    assertEquals("\t\r\n\r\n\n", shown("\t\r\n\r\n\n"));
    assertEquals("^M^M\r\n^M^[", shown("\r\r\r\n\r\u001b"));
    // Embeddings, overrides and isolates.
    for (char c : "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069".toCharArray()) {
      assertEquals(String.format("\\u%04x", (int) c), shown("" + c));
    }
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
    String cut = "80 bfbf c2 e282 f09f98 f09f";
    for (String hex : (overlong + surrogates + tooLarge + cut).split(" ")) {
      String shown = shown(HexFormat.of().parseHex(hex));
      assertTrue(shown.matches("\ufffd+"), hex + ": " + shown);
      assertEquals(shown + "€", shown(HexFormat.of().parseHex(hex + "e282ac")));
      assertEquals(shown + "^[", shown(HexFormat.of().parseHex(hex + "1b")));
      assertEquals(shown + "\\u009b", shown(HexFormat.of().parseHex(hex + "c29b")));
    }
  }

  @Test
  void whatIsCompleteIsShownAtOnceAndACutCharacterWhenItsRestComes() throws IOException {
    byte[] text = "a€b".getBytes(UTF_8);
    terminal.write(text, 0, 3);
    assertEquals("a", screen());
    terminal.write(text, 3, 1);
    assertEquals("a€", screen());
    terminal.write('b');
    assertEquals("a€b", screen());
  }

  @ParameterizedTest
  @CsvSource({
    "61e282, a, a\ufffd$", // a cut character
    "610a0d, a$, a$^M$",
    "610a, a$, a$",
    "61, a, a$",
    "'', '', ''",
  })
  void closingShowsWhatWasHeldAndEndsALineThatWasBegun(String hex, String before, String after)
      throws IOException {
    terminal.write(HexFormat.of().parseHex(hex));
    assertEquals(before.replace('$', '\n'), screen());
    terminal.close();
    assertEquals(after.replace('$', '\n'), screen());
    terminal.close();
    assertEquals(after.replace('$', '\n'), screen());
  }

  @Test
  void noControlReachesTheTerminalAndTheSameIsShownHoweverTheBytesAreSplit() throws IOException {
    ByteArrayOutputStream likely = new ByteArrayOutputStream();
    likely.write(
        "a\u001b[2J\u009b1m\u202ex\r\n\r\ty\r\r\n€ß😀日e\u0301\u0085\0\u007f".getBytes(UTF_8));
    String malformed =
        "c0afc19be0809bf080809beda080edbfbff4908080f888808080feff9b80c241e28241e24182f09f9841"
            + "f09f4198f0419f98e282f09f9880ede2f0c29bc2c2a9e0a00dc2850dc20af09f";
    likely.write(HexFormat.of().parseHex(malformed));
    byte[] pool = likely.toByteArray();
    for (long seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      byte[] bytes = new byte[random.nextInt(60)];
      for (int i = 0; i < bytes.length; i++) {
        boolean any = random.nextInt(4) == 0;
        bytes[i] = any ? (byte) random.nextInt() : pool[random.nextInt(pool.length)];
      }
      String shown = shown(bytes, bytes.length, bytes.length);
      assertTrue(
          shown.matches(
              "((\r?\n|[\t\\P{Cntrl}&&[^\u0080-\u009f\u202a-\u202e\u2066-\u2069]])*(?<=\n))?"),
          seed + ": " + shown);
      for (int from = 0; from <= bytes.length; from++) {
        int to = Math.min(from + random.nextInt(3), bytes.length);
        assertEquals(shown, shown(bytes, from, to), seed + ": " + from + " to " + to);
      }
    }
  }
}

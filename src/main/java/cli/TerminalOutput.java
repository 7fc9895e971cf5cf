package cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Shows bytes from a peer on a terminal without obeying them. Text passes, in UTF-8, with newline,
 * tab and CRLF. Other control characters (ECMA-48) and the ones that reorder text (Unicode UAX 9)
 * are spelt out, and what is not UTF-8 becomes U+FFFD.
 */
final class TerminalOutput extends OutputStream {
  private final OutputStream terminal;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE);

  /** The first bytes of a character whose rest has not come yet. */
  private byte[] cut = {};

  private boolean heldReturn;
  private boolean lineBegun;

  TerminalOutput(OutputStream terminal) {
    this.terminal = terminal;
  }

  /** What a terminal would show of some text. */
  static String harmless(byte[] text) throws IOException {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    new TerminalOutput(shown).write(text);
    return shown.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer input = ByteBuffer.allocate(cut.length + length);
    show(input.put(cut).put(bytes, offset, length).flip(), false);
    cut = new byte[input.remaining()];
    input.get(cut);
  }

  /** Shows what was held back, and ends a line that was begun; the terminal stays open. */
  @Override
  public void close() throws IOException {
    show(ByteBuffer.wrap(cut), true);
    cut = new byte[0];
    decoder.reset();
    if (lineBegun) {
      show(ByteBuffer.wrap(new byte[] {'\n'}), false);
    }
  }

  private void show(ByteBuffer input, boolean last) throws IOException {
    // One char at most for each byte, and one for a cut character at the end.
    CharBuffer text = CharBuffer.allocate(input.remaining() + 1);
    decoder.decode(input, text, last);
    text.flip();
    StringBuilder shown = new StringBuilder(text.length());
    while (text.hasRemaining()) {
      show(text.get(), shown);
    }
    if (last && heldReturn) {
      heldReturn = false;
      shown.append("^M");
    }
    if (shown.length() > 0) {
      lineBegun = shown.charAt(shown.length() - 1) != '\n';
      byte[] bytes = shown.toString().getBytes(StandardCharsets.UTF_8);
      terminal.write(bytes, 0, bytes.length);
    }
  }

  private void show(char c, StringBuilder shown) {
    if (heldReturn) {
      heldReturn = false;
      shown.append(c == '\n' ? "\r" : "^M");
    }
    if (c == '\r') {
      heldReturn = true;
    } else if (c == '\n' || c == '\t') {
      shown.append(c);
    } else if (c < ' ' || c == 0x7f) {
      shown.append('^').append((char) (c ^ 0x40));
    } else if (c <= 0x9f && c >= 0x80 || reorders(c)) {
      shown.append(String.format("\\u%04x", (int) c));
    } else {
      shown.append(c);
    }
  }

  /** The embeddings, overrides and isolates of UAX 9; its plain marks belong to ordinary text. */
  private static boolean reorders(char c) {
    return c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
  }
}

package cli;

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

  /** The first bytes of a character whose rest has not come yet, or a CR that an LF may follow. */
  private byte[] held = {};

  private boolean lineBegun;

  TerminalOutput(OutputStream terminal) {
    this.terminal = terminal;
  }

  /** Spells out controls and what reorders text; UAX 9's marks (U+200E) are ordinary text. */
  static String harmless(String text) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean reorders = c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069';
      boolean passes = c == '\t' || c == '\n' || text.startsWith("\r\n", i);
      shown.append(reorders || Character.isISOControl(c) && !passes ? spelt(c) : "" + c);
    }
    return shown.toString();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer input = ByteBuffer.allocate(held.length + length);
    input.put(held).put(bytes, offset, length).flip();
    int end = input.limit();
    boolean endsWithReturn = end > 0 && input.get(end - 1) == '\r';
    show(input.limit(endsWithReturn ? end - 1 : end), false);
    held = new byte[input.limit(end).remaining()];
    input.get(held);
  }

  /** Shows what was held back, and ends a line that was begun; the terminal stays open. */
  @Override
  public void close() throws IOException {
    show(ByteBuffer.wrap(held), true);
    held = new byte[0];
    decoder.reset();
    if (lineBegun) {
      show(ByteBuffer.wrap(new byte[] {'\n'}), false);
    }
  }

  private void show(ByteBuffer input, boolean last) throws IOException {
    CharBuffer decoded = CharBuffer.allocate(input.remaining()); // at most one for each byte
    decoder.decode(input, decoded, last);
    String text = decoded.flip().toString();
    if (!text.isEmpty()) {
      lineBegun = !text.endsWith("\n");
      terminal.write(harmless(text).getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String spelt(char c) {
    return c < 0x80 ? "^" + (char) (c ^ 0x40) : String.format("\\u%04x", (int) c);
  }
}

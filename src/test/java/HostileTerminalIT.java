import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** What reaches a real (pseudo-)terminal of the bytes that a hostile peer sends. */
class HostileTerminalIT {
  /** Bytes from the peer, and what the terminal gets, however many U+FFFD make up a run. */
  private record Case(byte[] sent, String shown) {}

  private static final List<Case> CORPUS = corpus();

  private static List<Case> corpus() {
    List<Case> cases = new ArrayList<>();
    // Escape sequences (ECMA-48): clear, colour, title, clipboard, device reports, reset, strings.
    for (String sequence :
        List.of(
            "[2J", "[1;31m", "[6n", "[?1049h", "c", "]0;title\007", "]52;c;aGk=\007", "P$q\"p")) {
      cases.add(text("\033" + sequence + "x", "^[" + sequence.replace("\007", "^G") + "x"));
    }
    cases.add(text("\033_apc\033\\", "^[_apc^[\\"));
    for (char c = 0; c < ' '; c++) {
      if (c != '\n' && c != '\t' && c != '\r') {
        cases.add(text("a" + c + "b", "a^" + (char) (c + '@') + "b"));
      }
    }
    cases.add(text("a\177b", "a^?b"));
    cases.add(text("over\rwritten", "over^Mwritten"));
    cases.add(text("\r\r", "^M^M")); // CRLF is split here too
    for (char c = 0x80; c < 0xa0; c++) {
      String spelt = String.format("\\u%04x", (int) c);
      cases.add(text(c + "31m", spelt + "31m"));
      cases.add(raw(c + "31m", "\ufffd31m"));
    }
    for (char c : "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069".toCharArray()) {
      cases.add(text("a" + c + "b", String.format("a\\u%04xb", (int) c)));
    }
    // ESC and CSI in two, three and four bytes too many; surrogates; beyond Unicode; never UTF-8.
    for (String malformed :
        List.of(
            "\300\233",
            "\301\233",
            "\340\200\233",
            "\340\202\233",
            "\360\200\200\233",
            "\360\200\202\233",
            "\355\240\200",
            "\364\220\200\200",
            "\365\200\200\200",
            "\370\210\200\200\200",
            "\376\377",
            "\200\277")) {
      cases.add(raw("a" + malformed + "b", "a\ufffdb"));
    }
    // Characters cut short, by text and by what must still not be obeyed.
    for (String cut : List.of("\303", "\342\202", "\360\237", "\360\237\230")) {
      cases.add(raw(cut + "x", "\ufffdx"));
      cases.add(raw(cut, "\ufffd"));
      cases.add(raw(cut + "\033[2J", "\ufffd^[[2J"));
      cases.add(raw(cut + "\302\2332J", "\ufffd\\u009b2J"));
    }
    for (String ordinary :
        List.of(
            "tab\tand spaces",
            "Gr\u00fc\u00dfe \u00a0\u00bfqu\u00e9?",
            "\u0395\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac",
            "\u0420\u0443\u0441\u0441\u043a\u0438\u0439",
            "\u05e9\u05dc\u05d5\u05dd \u200f\u0627\u0644\u0639\u0631\u0628\u064a\u0629\u200e",
            "\u0939\u093f\u0928\u094d\u0926\u0940",
            "\u65e5\u672c\u8a9e \ud55c\uad6d\uc5b4",
            "\ud83d\ude00 \ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67 \ud834\udd1e",
            "\u20ac e\u0301 \ufffd")) {
      cases.add(text(ordinary, ordinary));
    }
    return cases;
  }

  private static Case text(String sent, String shown) {
    return new Case(sent.getBytes(UTF_8), shown);
  }

  private static Case raw(String sent, String shown) {
    return new Case(sent.getBytes(ISO_8859_1), shown);
  }

  /** Each case in two reads, for every place where it can be split, then in one read per byte. */
  @Test
  void nothingThatDumbNetShowsControlsTheTerminal() throws Exception {
    StringBuilder expected = new StringBuilder();
    try (ServerSocket listening = Peer.listen();
        Child terminal = inTerminal("DumbNet", "-qt", "127.0.0.1", port(listening));
        Peer server = Peer.accept(listening)) {
      Pieces pieces = new Pieces(server, terminal);
      for (Case each : CORPUS) {
        byte[] line = Arrays.copyOf(each.sent, each.sent.length + 1);
        line[each.sent.length] = '\n';
        for (int at = 1; at < line.length; at++) {
          pieces.send(Arrays.copyOf(line, at));
          pieces.send(Arrays.copyOfRange(line, at, line.length));
          expected.append(shownAsLine(each));
        }
        for (byte b : line) {
          pieces.send(new byte[] {b});
        }
        expected.append(shownAsLine(each));
      }
      pieces.send("cut by the end: \342\202".getBytes(ISO_8859_1));
      expected.append("cut by the end: \ufffd\n");
      server.halfClose();
      assertEquals(0, terminal.exitStatus(), terminal.err.text());
      assertShows(expected.toString(), terminal);
    }
  }

  @Test
  void nothingThatOneToOneShowsControlsTheTerminal() throws Exception {
    StringBuilder expected = new StringBuilder();
    // Its user has nothing to say, so that each connection brings one message.
    try (Child terminal = inTerminal("OneToOne", "-t", "server", "0")) {
      int port = terminal.port();
      for (Case each : CORPUS) {
        try (Peer client = Peer.connect(port).send(each.sent).send("\n")) {
          client.receiveAll();
        }
        // The last CR is part of the message's line ending, and one before it of the terminal's.
        expected.append(shownAsLine(each).replaceFirst("\r\n", "\n").replace("^M\n", "\r\n"));
      }
      try (Peer client = Peer.connect(port).send("the last\n")) {
        client.receiveAll();
      }
      expected.append("the last\n");
      terminal.out.await("the last\n");
      assertShows(expected.toString(), terminal);
    }
  }

  @Test
  void aPipeGetsTheBytes() throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Case each : CORPUS) {
      all.writeBytes(each.sent);
      all.write('\n');
    }
    try (ServerSocket listening = Peer.listen();
        Child client = Child.of("DumbNet", "127.0.0.1", port(listening)).type("hello\n")) {
      try (Peer server = Peer.accept(listening)) {
        server.receiveLine();
        server.send(all.toByteArray());
      }
      assertEquals(0, client.exitStatus());
      assertArrayEquals(all.toByteArray(), client.out.bytes());
    }
  }

  /** Sends pieces that arrive one by one: each once the trace says that the last was received. */
  private static final class Pieces {
    private final Peer peer;
    private final Child receiver;
    private int sent;

    Pieces(Peer peer, Child receiver) throws IOException {
      this.peer = peer;
      this.receiver = receiver;
      peer.receiveLine();
    }

    void send(byte[] piece) throws IOException {
      peer.send(piece);
      sent++;
      receiver.err.await("piece " + sent, this::allReceived);
    }

    private boolean allReceived(String trace) {
      int received = 0;
      int at = 0;
      while ((at = trace.indexOf("recv() = ", at)) >= 0) {
        received++;
        at++;
      }
      return received == sent;
    }
  }

  /**
   * Runs a program on a terminal that passes its output on unchanged; standard error is not on it.
   * The program's input is one line that says hello, or nothing for a server.
   */
  private static Child inTerminal(String... program) {
    Watch.assumeLinuxWith("bash", "script", "stty");
    String input = program[0].equals("DumbNet") ? "echo hello | " : "< /dev/null ";
    String java = String.join(" ", Child.java(List.of(), program));
    String inside = "stty raw -echo; " + input + java + " 2>&3";
    String outside = "exec 3>&2; exec script -qec \"$0\" /dev/null";
    return Child.command("bash", "-c", outside, inside);
  }

  private static String port(ServerSocket listening) {
    return String.valueOf(listening.getLocalPort());
  }

  /** A CR that ends the text has become part of the line ending, which passes. */
  private static String shownAsLine(Case each) {
    String shown = each.shown;
    boolean lineEnding = shown.endsWith("^M");
    return (lineEnding ? shown.substring(0, shown.length() - 2) + "\r" : shown) + "\n";
  }

  private static void assertShows(String expected, Child terminal) throws Exception {
    String shown = strictlyUtf8(terminal.out.bytes());
    shown.chars().filter(HostileTerminalIT::controls).forEach(HostileTerminalIT::fail);
    String[] lines = shown.replaceAll("\ufffd+", "\ufffd").split("\n", -1);
    String[] expectedLines = expected.split("\n", -1);
    for (int i = 0; i < Math.min(lines.length, expectedLines.length); i++) {
      assertEquals(expectedLines[i], lines[i], "line " + i);
    }
    assertEquals(expectedLines.length, lines.length, "lines");
  }

  private static String strictlyUtf8(byte[] bytes) throws CharacterCodingException {
    return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  private static boolean controls(int c) {
    boolean control = Character.getType(c) == Character.CONTROL;
    boolean reorders = c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
    return control && c != '\n' && c != '\t' && c != '\r' || reorders;
  }

  private static void fail(int c) {
    throw new AssertionError(String.format("U+%04X reached the terminal", c));
  }
}

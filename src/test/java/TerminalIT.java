import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static testkit.Capture.lines;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** What reaches a real (pseudo-)terminal. */
class TerminalIT {
  /** Escape sequences (ECMA-48), C1 controls, overrides (UAX 9), and the text around them. */
  private static final String SENT =
      lines(
          "clear \033[2J, title \033]0;x\007, clipboard \033]52;c;aGk=\007, string \033_x\033\\",
          "colour \u009b31m, override \u202e, isolate \u2067, over\rwritten, \0\b\016\177",
          "tab\t, Gr\u00fc\u00dfe, \u05e9\u05dc\u05d5\u05dd, \u65e5\u672c\u8a9e, \ud83d\ude00");

  private static final String SHOWN =
      lines(
          "clear ^[[2J, title ^[]0;x^G, clipboard ^[]52;c;aGk=^G, string ^[_x^[\\",
          "colour \\u009b31m, override \\u202e, isolate \\u2067, over^Mwritten, ^@^H^N^?",
          "tab\t, Gr\u00fc\u00dfe, \u05e9\u05dc\u05d5\u05dd, \u65e5\u672c\u8a9e, \ud83d\ude00");

  /** A CSI that is a byte of its own, one that takes a byte too many, and cut characters. */
  private static final String NOT_UTF_8 = "\2332J, \300\233, \360\237\230\033[2J, \342\202";

  private static final String SHOWN_OF_IT = lines("\ufffd2J, \ufffd, \ufffd^[[2J, \ufffd");

  @ParameterizedTest
  @ValueSource(strings = {"DumbNet", "OneToOne"})
  void nothingThatAPeerSendsControlsTheTerminal(String program) throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child terminal = onRawTerminal(program, "-q", "127.0.0.1", Peer.port(listening));
        Peer server = Peer.accept(listening)) {
      byte[] bytes = SENT.getBytes(UTF_8);
      for (byte b : bytes) {
        server.send(new byte[] {b});
      }
      server.send(NOT_UTF_8.getBytes(ISO_8859_1)).halfClose();
      assertEquals(0, terminal.exitStatus(), terminal.out.text());
      String shown = terminal.out.text().replaceAll("\ufffd+", "\ufffd");
      assertEquals(SHOWN + SHOWN_OF_IT, shown);
    }
  }

  /** Runs a program whose user enters some lines, on a terminal that passes its output on. */
  private static Child onRawTerminal(String... program) {
    Watch.assumeLinuxWith("bash", "script", "stty");
    String java = String.join(" ", Child.java(List.of(), program));
    String script = "stty raw -echo; printf '1\\n2\\n3\\n4\\n5\\n' | " + java;
    return Child.command("script", "-qec", script, "/dev/null");
  }

  @Test
  void coloursAreForTerminalsOnly(@TempDir Path directory) throws IOException {
    Path errors = directory.resolve("errors");
    String java = String.join(" ", Child.java(List.of(), "DumbNet"));
    String both = java + "; " + java + " 2> " + errors;
    try (Child terminal = Child.command("script", "-qc", both, "/dev/null")) {
      terminal.exitStatus();
      assertEquals(1, terminal.out.count("Missing required parameters: 'HOST', 'PORT'"));
      assertTrue(terminal.out.text().contains("\033["), terminal.out.text());
      String text = Files.readString(errors);
      assertTrue(text.matches("DumbNet: Missing [\\p{Print}\n]*"), text);
    }
  }
}

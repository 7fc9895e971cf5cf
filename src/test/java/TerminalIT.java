import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** What reaches a real (pseudo-)terminal. */
class TerminalIT {
  @Test
  void nothingThatAPeerSendsControlsTheTerminal() throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child terminal = onRawTerminal("DumbNet", "-q", "127.0.0.1", Peer.port(listening));
        Peer server = Peer.accept(listening)) {
      String text = "clear \033[2J, colour \u009b31m, over\rwritten, \u65e5\u672c \ud83d\ude00\r\n";
      for (byte b : text.getBytes(UTF_8)) {
        server.send(new byte[] {b});
      }
      server.send(new byte[] {(byte) 0x9b, '2', 'J'}).halfClose(); // CSI as a byte of its own
      assertEquals(0, terminal.exitStatus(), terminal.out.text());
      assertEquals(
          "clear ^[[2J, colour \\u009b31m, over^Mwritten, \u65e5\u672c \ud83d\ude00\r\n\ufffd2J\n",
          terminal.out.text());
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

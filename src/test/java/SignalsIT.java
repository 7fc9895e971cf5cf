import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** SIGTERM, SIGINT and SIGHUP, in whatever the programs wait for; and Ctrl-C on a terminal. */
class SignalsIT {
  @AutoClose private static ServerSocket full;
  @AutoClose private static ServerSocket silent;

  @BeforeAll
  static void listen() throws IOException {
    Watch.assumeLinuxWith("kill");
    Watch.assumeInterruptible();
    full = Peer.fullQueue();
    silent = Peer.listen();
  }

  private static String withPorts(String command) {
    return command.replace("FULL", Peer.port(full)).replace("SILENT", Peer.port(silent));
  }

  /** Before, a line is typed or, where a client is served, sent by that. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          INT  | connect(       | DumbNet -w0 127.0.0.1 FULL         | ''
          TERM | recv()         | DumbNet -w0 --tls 127.0.0.1 SILENT | ''
          INT  | recv()         | DumbNet 127.0.0.1 SILENT           | hello
          TERM | read(keyboard) | OneToOne 127.0.0.1 SILENT          | ''
          HUP  | accept()       | OneToOne server 0                  | ''
          INT  | recv()         | OneToOne server 0                  | ''
          TERM | read(keyboard) | OneToOne server 0                  | hello
          TERM | recv()         | EchoServer 0                       | ''
          INT  | recv()         | EchoServer 0                       | ''
          HUP  | recv()         | EchoServer 0                       | ''
          """)
  void sigtermCtrlCAndHangUpEndAProgramAtOnceInAnyCall(
      String signal, String call, String command, String line) throws IOException {
    boolean serves = command.endsWith(" 0") && !call.equals("accept()");
    String text = line.isEmpty() ? "" : line + "\n";
    try (Child child = Child.of(withPorts(command + " -t").split(" "));
        Peer client = serves ? Peer.connect(child.port()).send(text) : null) {
      child.type(serves ? "" : text);
      // It has been entered and has not returned: as near to blocked as can be told.
      String entered = Pattern.quote(call) + "[^\n]* [.]{3}\n";
      String blocked = "(?s).*" + entered + "(?!.*" + Pattern.quote(call) + "[^\n]* = ).*";
      child.err.await(call, trace -> trace.matches(blocked));
      child.signal(signal);
      assertEquals(Map.of("HUP", 129, "INT", 130, "TERM", 143).get(signal), child.exitStatus());
      assertEquals(0, child.err.count("Exception"), child.err.text());
      String totals = "EchoServer: stopped: 1 client served, 0 bytes echoed\n";
      assertEquals(command.startsWith("E") ? 1 : 0, child.err.count(totals), child.err.text());
      assertEquals("", serves ? client.receiveLine() : "");
    }
  }

  /**
   * On a terminal in a mode that no program has set, which the shell prints before and after. The
   * shell must survive Ctrl-C, and yet not have the program ignore it.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          DumbNet 127.0.0.1 SILENT  | 'line to send: ' | line to send: ^C/
          OneToOne 127.0.0.1 SILENT | '> '             | > ^C/
          OneToOne server 0         | hello/>          | > ^C/
          OneToOne server 0         | listening on     | ^C
          EchoServer 0              | listening on     | ^CEchoServer: stopped: 0 clients served, 0 bytes echoed/
          """)
  void ctrlCAtAPromptEndsItsLineAndTheTerminalIsAsItWas(String command, String ready, String end)
      throws IOException {
    String shell = "trap : INT; stty -icanon; stty -g; PROGRAM; echo status=$?; stty -g";
    String[] words = withPorts(command).split(" ");
    try (Child terminal = Child.onTerminalOfShell(shell, words);
        Peer client = ready.startsWith("hello") ? Peer.connect(terminal.out.awaitPort()) : null) {
      if (client != null) {
        client.send("hello\n");
      }
      terminal.out.await(ready.replace("/", "\r\n"));
      terminal.type("\003");
      assertEquals(0, terminal.exitStatus());
      String shown = terminal.out.text().replace("\r", "");
      String mode = shown.lines().findFirst().get();
      String last = end.replace("/", "\n") + "status=130\n" + mode + "\n";
      assertTrue(shown.endsWith((end.startsWith("^") ? "\n" : "") + last), shown);
    }
  }
}

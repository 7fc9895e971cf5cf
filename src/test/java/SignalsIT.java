import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** SIGTERM, SIGINT and SIGHUP, in whatever the programs wait for; and Ctrl-C on a terminal. */
class SignalsIT {
  @BeforeAll
  static void needs() {
    Watch.assumeLinuxWith("kill");
    Watch.assumeInterruptible();
  }

  /** Each gets the next of the signals. */
  @Test
  void everyProgramEndsInAnyState() throws IOException {
    Map<Child, String> children = new LinkedHashMap<>(); // and the call that each waits in
    List<Peer> peers = new ArrayList<>();
    try (ServerSocket full = Peer.fullQueue();
        ServerSocket slow = new ServerSocket()) {
      slow.setReceiveBufferSize(1 << 12);
      slow.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      byte[] tooMuch = new byte[3_500_000]; // The system takes 2.6 MB.
      tooMuch[tooMuch.length - 1] = '\n';
      String here = "127.0.0.1";
      String port = Peer.port(slow);
      for (String program : List.of("DumbNet", "OneToOne")) {
        children.put(Child.of(program, "-t", "-w0", here, Peer.port(full)), "connect(");
        children.put(Child.of(program, "-t", here, port), "read(keyboard)");
        children.put(Child.of(program, "-t", here, port).type("hello\n"), "recv()");
      }
      children.put(Child.of("DumbNet", "-t", here, port).type(tooMuch), "send(");
      children.put(Child.of("DumbNet", "-t", "-w0", "--tls", here, port), "recv()");
      children.put(Child.of("OneToOne", "-t", "server", "0"), "accept()");
      children.put(Child.of("EchoServer", "-t", "0"), "accept()");
      Child server = Child.of("OneToOne", "-t", "server", "0");
      children.put(server, "recv()");
      peers.add(Peer.connect(server.port()));
      server = Child.of("OneToOne", "-t", "server", "0");
      children.put(server, "read(keyboard)");
      peers.add(Peer.connect(server.port()).send("hello\n"));

      children.forEach(SignalsIT::waiting);
      List<Child> all = List.copyOf(children.keySet());
      for (int i = 0; i < all.size(); i++) {
        all.get(i).signal(List.of("TERM", "INT", "HUP").get(i % 3));
      }
      for (int i = 0; i < all.size(); i++) {
        Child child = all.get(i);
        assertEquals(List.of(143, 130, 129).get(i % 3), child.exitStatus(), child.err.text());
        assertEquals(0, child.err.count("Exception"), child.err.text());
      }
      for (Peer peer : peers) {
        assertEquals("", peer.receiveLine());
        peer.close();
      }
    } finally {
      children.keySet().forEach(Child::close);
    }
  }

  /** A terminal with a shell that runs the program, into which Ctrl-C is typed. */
  @ParameterizedTest
  @CsvSource({
    "DumbNet 127.0.0.1 PORT, line to send: ",
    "OneToOne 127.0.0.1 PORT, > ",
    "OneToOne server 0, listening on ",
    "EchoServer 0, listening on "
  })
  void ctrlCLeavesTheTerminalAsItWas(String program, String ready) throws IOException {
    Watch.assumeLinuxWith("script", "stty");
    try (ServerSocket server = Peer.listen()) {
      String[] command = program.replace("PORT", Peer.port(server)).split(" ");
      String java = String.join(" ", Child.java(List.of(), command));
      // The shell must survive Ctrl-C, and yet not have the program ignore it.
      String shell = "trap : INT; stty -g; " + java + "; echo status=$?; stty -g; echo end.";
      try (Child terminal = Child.command("script", "-qc", shell, "/dev/null")) {
        terminal.out.await(ready);
        terminal.type("\003");
        String shown = terminal.out.await("end.\r\n");
        assertTrue(shown.contains("status=130\r\n"), shown);
        String[] lines = shown.split("\r\n");
        assertEquals(lines[0], lines[lines.length - 2], shown);
      }
    }
  }

  /** Waits until a trace says that a call has been entered: as near to blocked as can be told. */
  private static void waiting(Child child, String call) {
    Pattern entered = Pattern.compile(Pattern.quote(call) + ".* \\.\\.\\.\n$");
    child.err.await(call, text -> entered.matcher(text).find());
  }
}

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** SIGTERM and SIGINT, in whatever the programs wait for; and Ctrl-C on a terminal. */
class SignalsIT {
  @BeforeAll
  static void needs() {
    Watch.assumeLinuxWith("kill");
    Watch.assumeInterruptible();
  }

  @ParameterizedTest
  @CsvSource({"TERM, 143", "INT, 130"})
  void theEchoServerSaysItsTotalsAndEnds(String signal, int status) throws Exception {
    try (Child server = Child.of("EchoServer", "0")) {
      int port = server.port();
      try (Peer gone = Peer.connect(port).send("gone\n").halfClose()) {
        gone.receiveAll();
      }
      Peer idle = Peer.connect(port).send("idle\n");
      idle.receiveLine();
      Peer silent = Peer.connect(port);
      server.err.await("3 clients", text -> text.split(" connected", -1).length == 4);

      server.signal(signal);
      assertEquals(status, server.exitStatus());
      assertEquals("", idle.receiveLine());
      assertEquals("", silent.receiveLine());
      String notices = server.err.text();
      assertTrue(notices.endsWith("EchoServer: stopped: 3 clients served, 10 bytes echoed\n"));
      assertTrue(!notices.contains(" closed"), "its clients are not told one by one: " + notices);
    }
  }

  @Test
  void theEchoServerEndsThoughAClientIsStuckAndOthersWait() throws Exception {
    try (Child server = Child.of("EchoServer", "--max-clients=1", "--idle-timeout=60", "0")) {
      int port = server.port();
      Peer stuck = Peer.connect(port);
      Thread writer = new Thread(() -> writeUntilClosed(stuck));
      writer.start();
      server.err.await(" connected");
      Peer waiting = Peer.connect(port);
      server.signal("TERM");
      assertEquals(143, server.exitStatus());
      assertTrue(server.err.text().contains("stopped: 1 client served, "), server.err.text());
      writer.join();
      waiting.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"TERM, 143", "INT, 130"})
  void clientsEndInAnyState(String signal, int status) throws Exception {
    List<Child> children = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket accepting = Peer.listen()) {
      fill(full);
      String here = "127.0.0.1";
      String fullPort = String.valueOf(full.getLocalPort());
      String port = String.valueOf(accepting.getLocalPort());
      for (String program : List.of("DumbNet", "OneToOne")) {
        children.add(waiting("connect(", Child.of(program, "-t", here, fullPort)));
        children.add(waiting("read(keyboard)", Child.of(program, "-t", here, port)));
        children.add(waiting("recv()", Child.of(program, "-t", here, port).type("hello\n")));
      }
      for (Child child : children) {
        child.signal(signal);
      }
      for (Child child : children) {
        assertEquals(status, child.exitStatus(), child.err.text());
        assertEquals("", child.out.text());
      }
    } finally {
      children.forEach(Child::close);
    }
  }

  @ParameterizedTest
  @CsvSource({"DumbNet, TERM, 143", "OneToOne, INT, 130"})
  void aClientEndsThatIsBlockedInSend(String program, String signal, int status) throws Exception {
    try (ServerSocket server = new ServerSocket()) {
      server.setReceiveBufferSize(1 << 12);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      String port = String.valueOf(server.getLocalPort());
      try (Child client = Child.of(program, "-t", "127.0.0.1", port)) {
        byte[] more = new byte[5_000_000]; // than the system takes, which is 2.6 MB
        more[more.length - 1] = '\n';
        waiting("send(", client.type(more)).signal(signal);
        assertEquals(status, client.exitStatus());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"TERM, 143", "INT, 130"})
  void aOneToOneServerEndsInAnyState(String signal, int status) throws Exception {
    List<Child> servers = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        servers.add(Child.of("OneToOne", "--trace", "server", "0"));
      }
      waiting("accept()", servers.get(0));
      Peer silent = Peer.connect(servers.get(1).port());
      waiting("recv()", servers.get(1));
      Peer speaking = Peer.connect(servers.get(2).port()).send("hello\n");
      waiting("read(keyboard)", servers.get(2));
      for (Child server : servers) {
        server.signal(signal);
      }
      for (Child server : servers) {
        assertEquals(status, server.exitStatus());
      }
      assertEquals("", silent.receiveLine());
      assertEquals("", speaking.receiveLine());
    } finally {
      servers.forEach(Child::close);
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
  void ctrlCLeavesTheTerminalAsItWas(String program, String ready) throws Exception {
    Watch.assumeLinuxWith("script", "stty");
    try (ServerSocket server = Peer.listen()) {
      String port = String.valueOf(server.getLocalPort());
      List<String> java = Child.java(List.of(), program.replace("PORT", port).split(" "));
      // The shell must survive Ctrl-C, and yet not have the program ignore it.
      String shell =
          "trap : INT; stty -g; " + String.join(" ", java) + "; echo status=$?; stty -g; echo end.";
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

  /** Until a trace says that a call has been entered: as near to blocked in it as can be told. */
  private static Child waiting(String call, Child child) {
    child.err.await(call + " entered", text -> text.matches("(?s).*" + pattern(call) + "\\n"));
    return child;
  }

  private static String pattern(String call) {
    return java.util.regex.Pattern.quote(call) + "[^\\n]* \\.\\.\\.";
  }

  /** Connects until the system lets no more clients into the queue, which holds one or two. */
  private static void fill(ServerSocket server) throws IOException {
    try {
      for (int i = 0; i < 10; i++) {
        new Socket().connect(server.getLocalSocketAddress(), 200);
      }
    } catch (java.net.SocketTimeoutException e) {
      return;
    }
    throw new AssertionError("the backlog never fills");
  }

  private static void writeUntilClosed(Peer peer) {
    try {
      while (true) {
        peer.send(new byte[1 << 16]);
      }
    } catch (IOException e) {
      // As it should.
    }
  }
}

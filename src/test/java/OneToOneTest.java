import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static testkit.Capture.lines;

import cli.Running;
import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import testkit.Peer;

class OneToOneTest {
  private Running server;

  private static String[] server(String options) {
    return (options + " --bind=127.0.0.1 server 0").split(" ");
  }

  private Peer connect(String text) throws IOException {
    return Peer.connect(server.err.awaitPort()).send(text);
  }

  /** A server ends when it can't read what its user types. */
  private void endServer() throws IOException {
    server.press(Running.BROKEN);
    try (Peer last = connect("\n")) {
      assertEquals(1, server.status(), () -> "after " + last.name());
    }
    String why = lines("OneToOne: cannot read standard input: Input/output error");
    assertTrue(server.err.text().endsWith(why), server.err.text());
  }

  @Test
  void aClientSpeaksFirstAndIsPromptedAtEachTurnAndShownHarmlessText() throws IOException {
    try (ServerSocket listener = Peer.listen()) {
      String[] arguments = {"--message-gap=0.05", "127.0.0.1", Peer.port(listener)};
      Running client = Running.onTerminal(OneToOne::new, arguments);
      client.err.await("> ");
      client.type("\0\377\r\200 \r\n".getBytes(ISO_8859_1));
      try (Peer server = Peer.accept(listener)) {
        assertEquals("\0\377\r\200 \n", new String(server.receive(6), ISO_8859_1));
        assertEquals(1, client.err.count("> "));
        server.send("\33[1mein"); // The gap ends it.
        client.err.await(2, "> ");
        client.type("two\nthree\n");
        assertEquals("two\n", server.receiveLine());
        assertEquals(0, server.socket.getInputStream().available(), "typed ahead, not sent");
        server.send("zwei\r\n");
        assertEquals("three\n", server.receiveLine());
        server.send("drei\n");
        client.err.await(4, "> ");
        assertEquals(0, client.press(Running.END).status());
        assertEquals(0, server.receiveAll().length);
      }
      assertEquals("^[[1mein\nzwei\ndrei\n", client.out.text());
      String address = " to 127.0.0.1:" + Peer.port(listener);
      String notices =
          "OneToOne: connected%s\n> > > three\n> \nOneToOne: closed the connection%1$s\n";
      assertEquals(String.format(notices, address), client.err.text());
    }
  }

  @Test
  void aServerListensFirstAndOthersWaitUntilTheFirstHasLeftOrAnEmptyLineSendsItAway()
      throws IOException {
    server = Running.of(OneToOne::new, server("-i 60")).type("ein\n");
    try (Peer one = connect("one\n");
        Peer two = connect("two\n")) {
      assertEquals("ein\n", one.receiveLine());
      assertEquals("one\n", server.out.text());
      server.type("\n");
      one.send("bye\n");
      assertEquals(0, one.receiveAll().length);
      server.out.await("one\nbye\ntwo\n");
      server.type("zwei\n");
      assertEquals("zwei\n", two.receiveLine());
      two.halfClose();
      assertEquals(0, two.receiveAll().length);
      server.err.await("closed the connection\n");
      assertEquals(
          lines(
              "OneToOne: listening on 127.0.0.1:" + server.err.awaitPort(),
              "OneToOne: " + one.name() + " connected",
              "OneToOne: closed the connection to " + one.name(),
              "OneToOne: " + two.name() + " connected",
              "OneToOne: " + two.name() + " closed the connection"),
          server.err.text());
    }
    endServer();
  }

  @Test
  void aClientThatResetsOrLeavesOrIsSilentNeverEndsTheServer() throws IOException {
    server = Running.of(OneToOne::new, server("--message-gap=0 --idle-timeout=1"));
    Peer resets = connect("half");
    server.out.await("half"); // printed as it arrives
    resets.reset();
    server.err.await("OneToOne: connection to " + resets.name() + " lost: Connection reset");
    Peer leaves = connect("and go");
    leaves.close();
    server.out.await("and go\n");
    server.type("too late\n");
    server.err.await(leaves.name() + " c"); // connected, then closed the connection or was lost
    try (Peer silent = connect("")) {
      assertEquals(0, silent.receiveAll().length);
      server.err.await("OneToOne: " + silent.name() + " sent nothing for 1 s");
    }
    endServer();
  }

  @Test
  void outputThatCannotBeWrittenEndsTheServer() throws IOException {
    server = Running.intoBroken(OneToOne::new, server("-t"));
    try (Peer client = connect("hello\n")) {
      assertEquals(1, server.status());
      assertEquals(0, client.receiveAll().length);
    }
    String last = lines("OneToOne: cannot write to standard output: Pipe not connected");
    assertTrue(server.err.text().endsWith(last), server.err.text());
  }

  @Test
  void whatWasTypedBeforeAClientCameIsDiscardedAndAPersonIsPrompted() throws IOException {
    server = Running.onTerminal(OneToOne::new, server("-i 60")).type("for nobody\n\n");
    try (Peer client = connect("hello\n")) {
      String connected = client.name() + " connected\n";
      server.err.await("discarded 12 bytes typed before " + connected);
      server.err.await(connected + "> ");
      assertEquals("hello\n", server.out.text());
      server.type("hi\n");
      assertEquals("hi\n", client.receiveLine());
    }
    endServer();
  }
}

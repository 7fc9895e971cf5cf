import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static testkit.Capture.lines;

import cli.Running;
import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import testkit.Peer;

class OneToOneTest {
  @Nested
  class Client {
    @AutoClose private ServerSocket listener;
    private String address;

    @BeforeEach
    void listen() throws IOException {
      listener = Peer.listen();
      address = "127.0.0.1:" + listener.getLocalPort();
    }

    private String[] arguments(String options) {
      return (options + " 127.0.0.1 " + listener.getLocalPort()).split(" ");
    }

    @Test
    void speaksFirstAndThenTheTwoTakeTurns() throws IOException {
      byte[] typed = "\0\u00ff\r\u0080 \r\ntwo\nthree\n".getBytes(ISO_8859_1);
      Running client = Running.of(new OneToOne(), arguments("--message-gap=0.05")).type(typed);
      try (Peer server = Peer.accept(listener)) {
        assertEquals("\0\u00ff\r\u0080 \n", new String(server.receive(6), ISO_8859_1));
        assertEquals(0, server.socket.getInputStream().available(), "typed ahead, not sent");
        server.send("ein"); // The gap ends it.
        assertEquals("two\n", server.receiveLine());
        client.out.await("ein\n");
        server.send("zwei\r\n");
        assertEquals("three\n", server.receiveLine());
      }
      assertEquals(0, client.status());
      assertEquals("ein\nzwei\n", client.out.text());
      assertEquals(
          lines(
              "OneToOne: connected to " + address,
              "OneToOne: " + address + " closed the connection"),
          client.err.text());
    }

    @Test
    void aPersonIsPromptedAtEachTurnAndShownHarmlessText() throws IOException {
      Running client = Running.onTerminal(new OneToOne(), arguments("-4"));
      client.err.await("> ");
      client.type("hello\n");
      try (Peer server = Peer.accept(listener)) {
        server.receiveLine();
        assertEquals(1, client.err.count("> "));
        server.send("\u001b[1mhi\r\n");
        client.err.await(2, "> ");
        assertEquals("^[[1mhi\n", client.out.text());
        assertEquals(0, client.endInput().status());
        assertEquals(0, server.receiveAll().length);
        client.err.await("OneToOne: closed the connection to " + address);
      }
    }
  }

  @Nested
  class Serving {
    private Running server;

    private String[] arguments(String options) {
      return (options + " --bind=127.0.0.1 server 0").split(" ");
    }

    private Peer connect(String text) throws IOException {
      return Peer.connect(server.err.awaitPort()).send(text);
    }

    /** A server ends when it can't read what its user types. */
    @AfterEach
    void endServer() throws IOException {
      if (!server.hasEnded()) {
        server.breakInput();
        try (Peer last = connect("\n")) {
          assertEquals(1, server.status(), () -> "after " + last.name());
        }
        String why = lines("OneToOne: cannot read standard input: Input/output error");
        assertTrue(server.err.text().endsWith(why), server.err.text());
      }
    }

    @Test
    void listensFirstAndThenTheTwoTakeTurns() throws IOException {
      server = Running.of(new OneToOne(), arguments("-i 60")).type("ein\nzwei\n");
      try (Peer client = connect("one\n")) {
        assertEquals("ein\n", client.receiveLine());
        assertEquals("one\n", server.out.text());
        client.send("two\n");
        assertEquals("zwei\n", client.receiveLine());
        assertEquals("one\ntwo\n", server.out.text());
        client.halfClose();
        assertEquals(0, client.receiveAll().length);
        server.err.await("closed the connection\n");
        assertEquals(
            lines(
                "OneToOne: listening on 127.0.0.1:" + server.err.awaitPort(),
                "OneToOne: " + client.name() + " connected",
                "OneToOne: " + client.name() + " closed the connection"),
            server.err.text());
      }
    }

    @Test
    void othersWaitUntilTheFirstHasLeftOrAnEmptyLineSendsItAway() throws IOException {
      server = Running.of(new OneToOne(), arguments("-i 60"));
      try (Peer one = connect("one\n");
          Peer two = connect("two\n")) {
        server.out.await("one\n");
        server.type("to one\n");
        assertEquals("to one\n", one.receiveLine());
        assertEquals("one\n", server.out.text());
        assertFalse(server.err.text().contains(two.name()), server.err.text());
        one.send("bye\n");
        server.type("\n");
        assertEquals(0, one.receiveAll().length);
        server.out.await("one\nbye\ntwo\n");
        server.type("to two\n");
        assertEquals("to two\n", two.receiveLine());
        server.err.await("closed the connection to " + one.name());
      }
    }

    @Test
    void aClientThatResetsOrLeavesOrIsSilentNeverEndsTheServer() throws IOException {
      server = Running.of(new OneToOne(), arguments("--message-gap=0 --idle-timeout=1"));
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
    }

    @Test
    void outputThatCannotBeWrittenEndsTheServer() throws IOException {
      server = Running.intoBroken(new OneToOne(), arguments("-t"));
      try (Peer client = connect("hello\n")) {
        assertEquals(1, server.status());
        assertEquals(0, client.receiveAll().length);
      }
      String last = lines("OneToOne: cannot write to standard output: Broken pipe");
      assertTrue(server.err.text().endsWith(last), server.err.text());
    }

    @Test
    void whatWasTypedBeforeAClientCameIsDiscardedAndAPersonIsPrompted() throws IOException {
      server = Running.onTerminal(new OneToOne(), arguments("-i 60")).type("for nobody\n\n");
      try (Peer client = connect("hello\n")) {
        String connected = client.name() + " connected\n";
        server.err.await("discarded 12 bytes typed before " + connected);
        server.err.await(connected + "> ");
        assertEquals("hello\n", server.out.text());
        server.type("hi\n");
        assertEquals("hi\n", client.receiveLine());
      }
    }
  }
}

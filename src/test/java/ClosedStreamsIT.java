import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Mute;
import testkit.Peer;

/**
 * Standard streams that were closed when the program started. The JVM's own files and the sockets
 * get the numbers that are free, and must not take the place of a standard stream.
 */
class ClosedStreamsIT {
  @ParameterizedTest
  @ValueSource(
      strings = {"<&-", "1>&-", "2>&-", "<&- 1>&-", "<&- 2>&-", "1>&- 2>&-", "<&- 1>&- 2>&-"})
  void aClientSendsAndPrintsOnlyWhatIsTheUsers(String closed) throws IOException {
    for (String program : List.of("DumbNet", "OneToOne")) {
      try (ServerSocket listening = Peer.listen();
          Child child = start(closed, program, "127.0.0.1", Peer.port(listening));
          Peer server = Peer.accept(listening)) {
        boolean hasInput = !closed.contains("<&-");
        boolean hasOutput = !closed.contains("1>&-");
        boolean isChat = program.equals("OneToOne");
        if (hasInput) {
          child.type("hello\n").endInput();
          assertEquals(isChat ? "hello\n" : "hello\r\n", server.receiveLine());
          server.send("an answer\n").halfClose();
        }
        assertEquals("", new String(server.receiveAll()), "nothing else is sent");
        boolean good = hasInput ? hasOutput : isChat; // A chat without input is a short one.
        assertEquals(good ? 0 : 1, child.exitStatus());
        assertEquals(hasInput && hasOutput ? "an answer\n" : "", child.out.text());
        String why = ": cannot write to standard output: ";
        if (!hasInput) {
          why =
              isChat ? ": closed the connection to " : ": no line to send: standard input is empty";
        } else if (hasOutput) {
          why = isChat ? " closed the connection" : " ended the stream after 10 bytes";
        }
        boolean hasError = !closed.contains("2>&-");
        assertEquals(hasError ? 2 : 0, child.err.text().lines().count(), child.err.text());
        assertTrue(!hasError || child.err.text().contains(why), child.err.text());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"<&-", "<&- 2>&-", "<&- 1>&- 2>&-", "1>&-", "1>&- 2>&-"})
  void aChatServerSendsOnlyWhatIsTheUsers(String closed) throws IOException {
    int port = Peer.freePort();
    try (Child child = start(closed, "OneToOne", "server", "" + port);
        Peer client = Mute.connect(port)) {
      client.send("a question\n");
      assertEquals("", new String(client.receiveAll()));
      if (closed.contains("1>&-")) {
        assertEquals(1, child.exitStatus());
      } else {
        child.out.await("a question\n");
        child.signal("TERM");
        assertEquals(143, child.exitStatus());
      }
    }
  }

  /** A JVM that gets SIGQUIT prints all its threads on descriptor 1, whatever that is. */
  @ParameterizedTest
  @ValueSource(strings = {"1>&-", "<&- 1>&-", "1>&- 2>&-", "<&- 1>&- 2>&-"})
  void aSocketGetsNothingThatTheJvmPrints(String closed) throws IOException {
    int port = Peer.freePort();
    try (Child child = start(closed, "EchoServer", "" + port);
        Peer first = Mute.connect(port);
        Peer second = Peer.connect(port)) {
      assertEquals("hello", new String(first.send("hello").receive(5)));
      assertEquals("hello", new String(second.send("hello").receive(5)));
      child.signal("QUIT");
      child.signal("TERM"); // One thread of the JVM handles both, in this order.
      assertEquals(143, child.exitStatus());
      assertEquals("", new String(first.receiveAll()) + new String(second.receiveAll()));
    }
  }

  @ParameterizedTest
  @CsvSource({"DumbNet, 1>&-", "OneToOne, <&- 1>&-", "EchoServer, <&- 1>&- 2>&-"})
  void helpThatCannotBePrintedIsAnError(String program, String closed) {
    try (Child child = start(closed, program, "--help")) {
      assertEquals(1, child.exitStatus());
      String line = program + ": cannot write to standard output: .*\n";
      String error = child.err.text();
      assertTrue(error.matches(closed.contains("2>&-") ? "" : line), error);
    }
  }

  private static Child start(String closed, String... arguments) {
    return Child.inShell("exec \"$@\" " + closed, List.of(), arguments);
  }
}

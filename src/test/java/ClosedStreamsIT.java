import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;

/**
 * Standard streams that were closed when the program started, or can't be written. The JVM's own
 * files and the sockets get the numbers that are free, and must not take the place of a standard
 * stream.
 */
class ClosedStreamsIT {
  private static final String WRITING = ": cannot write to standard output: ";

  @ParameterizedTest
  @ValueSource(
      strings = {"<&-", "1>&-", "2>&-", "<&- 1>&-", "<&- 2>&-", "1>&- 2>&-", "<&- 1>&- 2>&-"})
  void aClientSendsAndPrintsOnlyWhatIsTheUsers(String closed) throws IOException {
    boolean hasInput = !closed.contains("<&-");
    boolean hasOutput = !closed.contains("1>&-");
    try (ServerSocket listening = Peer.listen();
        Child child = start(closed, "DumbNet", "127.0.0.1", Peer.port(listening));
        Peer server = Peer.accept(listening)) {
      String why = ": no line to send: standard input is empty";
      if (hasInput) {
        why = hasOutput ? " ended the stream after 10 bytes" : WRITING + "Stream Closed";
        child.type("hello\n").endInput();
        assertEquals("hello\r\n", server.receiveLine());
        server.send("an answer\n").halfClose();
      }
      assertEquals("", new String(server.receiveAll()), "nothing else is sent");
      assertEquals(hasInput && hasOutput ? 0 : 1, child.exitStatus());
      assertEquals(hasInput && hasOutput ? "an answer\n" : "", child.out.text());
      String error = "DumbNet: connected to .*\nDumbNet(: .*)?" + why + "\n";
      assertTrue(child.err.text().matches(closed.contains("2>&-") ? "" : error), child.err.text());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"<&-", "1>&-", "<&- 1>&- 2>&-"})
  void aChatServerSendsOnlyWhatIsTheUsers(String closed) throws IOException {
    int port = Peer.freePort();
    try (Child child = start(closed, "OneToOne", "server", "" + port);
        Peer client = Peer.connectWhenReady(port).send("a question\n")) {
      assertEquals("", new String(client.receiveAll()));
      if (closed.contains("1>&-")) {
        assertEquals(1, child.exitStatus());
      } else {
        child.out.await("a question\n");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "exec \"$@\" > /dev/full, No space left on device",
    "exec 3> >(:); wait $!; exec \"$@\" >&3, Broken pipe"
  })
  void outputThatCannotBeWrittenIsAFailure(String script, String why) throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child client =
            Child.inShell(script, List.of(), "DumbNet", "-q", "127.0.0.1", Peer.port(listening));
        Peer server = Peer.accept(listening)) {
      client.type("hello\n");
      server.receiveLine();
      server.send("an answer\n");
      assertEquals(1, client.exitStatus());
      assertEquals("DumbNet" + WRITING + why + "\n", client.err.text());
    }
  }

  /** A JVM that gets SIGQUIT prints all its threads on descriptor 1, whatever that is. */
  @ParameterizedTest
  @ValueSource(strings = {"1>&-", "<&- 1>&-", "1>&- 2>&-", "<&- 1>&- 2>&-"})
  void aSocketGetsNothingThatTheJvmPrints(String closed) throws IOException {
    int port = Peer.freePort();
    try (Child child = start(closed, "EchoServer", "" + port);
        Peer first = Peer.connectWhenReady(port);
        Peer second = Peer.connect(port)) {
      assertEquals("hello", new String(first.send("hello").receive(5)));
      assertEquals("hello", new String(second.send("hello").receive(5)));
      child.signal("QUIT");
      child.signal("TERM"); // One thread of the JVM handles both, in this order.
      assertEquals(143, child.exitStatus());
      assertEquals("", new String(first.receiveAll()) + new String(second.receiveAll()));
    }
  }

  private static Child start(String closed, String... arguments) {
    return Child.inShell("exec \"$@\" " + closed, List.of(), arguments);
  }
}

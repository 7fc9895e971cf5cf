import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Capture;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/**
 * Standard input, output or error closed at start, or stuck (a pipe that nobody reads, Ctrl-S on a
 * terminal), or not to be written. The JVM's own files and the sockets get the numbers that are
 * free, and must not take the place of a standard stream.
 */
class StandardStreamsIT {
  private static final String WRITING = ": cannot write to standard output: ";

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"<&-", "1>&-", "2>&-", "<&- 1>&-", "1>&- 2>&-", "<&- 1>&- 2>&-"})
  void aClientWithClosedStreamsSendsAndPrintsOnlyWhatIsTheUsers(String closed) throws IOException {
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
  @ValueSource(strings = {"<&-", "<&- 1>&- 2>&-"})
  void aChatServerWithClosedStreamsSendsOnlyWhatIsTheUsers(String closed) throws IOException {
    int port = Peer.freePort();
    try (Child child = start(closed, "OneToOne", "server", "" + port);
        Peer client = Peer.connectWhenReady(port).send("a question\n")) {
      assertEquals("", new String(client.receiveAll()));
      if (closed.contains("1>&-")) {
        assertEquals(1, child.exitStatus());
      } else {
        child.out.await("a question\n");
        try (Peer next = Peer.connect(port).send("another\n")) {
          assertEquals("", new String(next.receiveAll()));
          child.out.await("another\n");
        }
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
  @ValueSource(strings = {"1>&-", "<&- 1>&- 2>&-"})
  void aSocketGetsNothingThatTheJvmPrintsToAClosedOutput(String closed) throws IOException {
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

  /** With four lines of the trace for each message, more than are kept to be printed later. */
  @Test
  void whileStandardErrorIsStuckClientsAreServedAndLostLinesAreCounted() throws IOException {
    int messages = 2700;
    int port = Peer.freePort();
    try (Child server = Child.stuck(directory, List.of(), "EchoServer", "--trace", "" + port)) {
      serve(messages, port);
      Capture err = Child.read(directory);
      int lost = err.awaitNumber("\\((\\d+) lines could not be printed\\)\n");
      // It listens; accept(), twice begun; the client is there, recv() ends, and it has left.
      assertEquals(1 + 3 + 1 + 4 * messages + 2 + 1, err.text().lines().count() - 1 + lost);
      serve(1, port);
      server.signal("TERM");
      assertEquals(143, server.exitStatus());
      err.await("EchoServer: stopped: 2 clients served, 13505 bytes echoed\n");
      List<String> names = err.text().lines().filter(line -> line.endsWith(" connected")).toList();
      assertEquals(2, names.size(), err.text());
    }
  }

  @Test
  void whileTheTerminalIsStoppedClientsAreServed() throws IOException {
    Watch.assumeInterruptible();
    try (Child screen = Child.onTerminal("EchoServer", "--trace", "0")) {
      int port = screen.out.awaitPort();
      screen.type("\u0013"); // Ctrl-S
      serve(300, port);
      screen.type("\u0003"); // Ctrl-C
      assertEquals(130, screen.exitStatus());
    }
  }

  /** A client has so many echoes, one after another, and leaves. */
  private static void serve(int messages, int port) throws IOException {
    try (Peer client = Peer.connectWhenReady(port)) {
      for (int i = 0; i < messages; i++) {
        assertEquals("hello", new String(client.send("hello").receive(5)));
      }
      assertEquals(0, client.halfClose().receiveAll().length, "and then all was said of it");
    }
  }

  @Test
  void whileStandardErrorIsStuckAMegabyteIsPrintedAsUsualAndSigtermEndsTheProcess()
      throws IOException {
    byte[] message = new byte[1 << 20];
    Arrays.fill(message, (byte) 'x');
    message[message.length - 1] = '\n';
    int port = Peer.freePort();
    try (Child server = Child.stuck(directory, List.of(), "OneToOne", "server", "" + port);
        Peer client = Peer.connectWhenReady(port)) {
      long begin = System.nanoTime();
      client.send(message);
      assertArrayEquals(message, server.out.awaitBytes(message.length));
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
      assertTrue(seconds < 8, seconds + " s"); // A pause for each piece would be 32 s.
      server.type("hi\n");
      assertEquals("hi\n", client.receiveLine());
      server.signal("TERM");
      assertEquals(143, server.exitStatus());
    }
  }
}

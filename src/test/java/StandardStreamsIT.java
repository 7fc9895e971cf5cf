import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static testkit.Capture.lines;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Capture;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** Standard streams that are closed when a program starts, that are full, and that are stuck. */
class StandardStreamsIT {
  @ParameterizedTest
  @CsvSource({
    "exec \"$@\" >&-, Stream Closed",
    "exec \"$@\" > /dev/full, No space left on device",
    "exec 3> >(:); wait $!; exec \"$@\" >&3, Broken pipe"
  })
  void outputThatCannotBeWrittenIsAFailure(String script, String why) throws IOException {
    String error = ": cannot write to standard output: " + why;
    try (ServerSocket listening = Peer.listen();
        Child client =
            Child.inShell(script, List.of(), "DumbNet", "-q", "127.0.0.1", Peer.port(listening));
        Peer server = Peer.accept(listening)) {
      client.type("hello\n");
      server.receiveLine();
      server.send("an answer\n");
      assertEquals(1, client.exitStatus());
      assertEquals(lines("DumbNet" + error), client.err.text());
    }
    try (Child server = Child.inShell(script, List.of(), "OneToOne", "server", "0");
        Peer client = Peer.connect(server.port())) {
      client.send("a question\n");
      assertEquals(1, server.exitStatus());
      server.err.await(client.name() + " connected\nOneToOne" + error + "\n");
    }
    try (Child help = Child.inShell(script, List.of(), "EchoServer", "--help")) {
      assertEquals(1, help.exitStatus());
      assertEquals(lines("EchoServer" + error), help.err.text());
    }
  }

  /** The numbers are free then, and files and sockets that the JVM opens get them. */
  @ParameterizedTest
  @CsvSource({
    "DumbNet, <&-, 1, DumbNet: no line to send: standard input is empty",
    "DumbNet, <&- >&-, 1, DumbNet: no line to send: standard input is empty",
    "DumbNet, <&- >&- 2>&-, 1, ''",
    "OneToOne, <&-, 0, ''",
    "OneToOne, <&- >&- 2>&-, 0, ''"
  })
  void nothingIsSentWhereInputWasClosed(
      String program, String redirections, int status, String error) throws IOException {
    String script = "exec \"$@\" " + redirections;
    try (ServerSocket listening = Peer.listen();
        Child child =
            Child.inShell(script, List.of(), program, "-q", "127.0.0.1", Peer.port(listening));
        Peer server = Peer.accept(listening)) {
      if (program.equals("DumbNet")) {
        server.send("an answer");
      }
      assertEquals("", server.receiveLine());
      assertEquals(status, child.exitStatus());
      assertEquals(error, child.err.text().strip());
    }
  }

  @Test
  void noSocketGetsWhatIsMeantForStandardErrorThatWasClosed() throws IOException {
    String script = "exec \"$@\" -Nt 2>&-";
    try (ServerSocket listening = Peer.listen();
        Child child =
            Child.inShell(script, List.of(), "DumbNet", "127.0.0.1", Peer.port(listening));
        Peer server = Peer.accept(listening)) {
      child.type("hello\n");
      assertEquals("hello\r\n", new String(server.receiveAll()));
      server.send("an answer\n").halfClose();
      assertEquals(0, child.exitStatus());
      assertEquals("an answer\n", child.out.text());
    }
  }

  @ParameterizedTest
  @CsvSource({"EchoServer, <&- >&- 2>&-, hello, ''", "OneToOne server, <&- 2>&-, '', hello"})
  void aServerNeedsNoStandardStreams(
      String program, String redirections, String answer, String output) throws IOException {
    int port = Peer.freePort();
    String script = "exec \"$@\" " + redirections;
    String[] command = (program + " --trace " + port).split(" ");
    try (Child server = Child.inShell(script, List.of(), command)) {
      Watch.until("it listens", () -> canConnect(port)); // It can't say so.
      for (int number = 0; number < 3; number++) {
        Path file = Files.readSymbolicLink(Path.of("/proc/" + server.pid() + "/fd/" + number));
        assertFalse(file.toString().startsWith("socket:"), "a socket has the number " + number);
      }
      try (Peer client = Peer.connect(port).send("hello\n")) {
        assertEquals(answer, client.halfClose().receiveLine().strip());
      }
      server.out.await(output);
      assertEquals(output, server.out.text().strip());
      assertTrue(canConnect(port));
    }
  }

  private static boolean canConnect(int port) {
    try {
      Peer.connect(port).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void standardErrorThatIsStuckStopsNobodyAndWhatIsLostIsCounted(@TempDir Path directory)
      throws IOException {
    Path fifo = directory.resolve("fifo");
    int port = Peer.freePort();
    Capture err = new Capture();
    try (Child server = stuck(fifo, "EchoServer", "--trace", "--report=0.1", "" + port)) {
      Watch.until("it listens", () -> canConnect(port));
      for (int client = 0; client < 4; client++) {
        try (Peer peer = Peer.connect(port)) {
          for (int i = 0; i < 1000; i++) { // Each is four lines of a trace.
            assertEquals("hello\n", peer.send("hello\n").receiveLine());
          }
        }
      }
      try (InputStream reader = new FileInputStream(fifo.toFile())) {
        err.drain(reader);
        assertTrue(err.awaitNumber("\\((\\d+) lines could not be printed: ") > 1000);
        server.signal("TERM");
        assertEquals(143, server.exitStatus());
        err.await("EchoServer: stopped: ");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void standardErrorThatIsStuckDoesNotKeepAProgramFromEnding(String signal, @TempDir Path directory)
      throws IOException {
    Watch.assumeInterruptible();
    int status = Map.of("TERM", 143, "INT", 130, "HUP", 129).get(signal);
    int port = Peer.freePort();
    try (ServerSocket listening = Peer.listen();
        Child server = stuck(directory.resolve("1"), "EchoServer", "--trace", "" + port);
        Child chat =
            stuck(directory.resolve("2"), "OneToOne", "-t", "127.0.0.1", Peer.port(listening));
        Peer peer = Peer.accept(listening)) {
      Watch.until("it listens", () -> canConnect(port));
      server.signal(signal);
      chat.signal(signal);
      assertEquals(status, server.exitStatus());
      assertEquals(status, chat.exitStatus());
      assertEquals("", peer.receiveLine());
    }
  }

  /** Runs a program whose standard error is full. */
  private static Child stuck(Path fifo, String... program) {
    String script = "mkfifo %1$s; exec 2<> %1$s; head -c 65536 /dev/zero >&2; exec \"$@\"";
    return Child.inShell(String.format(script, fifo), List.of(), program);
  }
}

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Capture;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** Standard error that takes nothing: a pipe that nobody reads, Ctrl-S on a terminal. */
class StuckErrorIT {
  /** With two notices for each, more than are kept to be printed later. */
  private static final int MANY_CLIENTS = 5200;

  private Path fifo;

  @BeforeEach
  void name(@TempDir Path directory) {
    fifo = directory.resolve("fifo");
  }

  @Test
  void clientsAreServedAndLostNoticesAreCounted() throws IOException {
    int port = Peer.freePort();
    try (Child server = Child.stuck(fifo, List.of(), "EchoServer", "" + port)) {
      List<String> clients = serve(MANY_CLIENTS, port);
      Capture err = Child.read(fifo);
      int lost = err.awaitNumber("\\((\\d+) lines could not be printed: standard error was stuck");
      List<String> late = serve(1, port);
      server.signal("TERM");
      assertEquals(143, server.exitStatus());
      String text = err.await("EchoServer: stopped: 5201 clients served, 26005 bytes echoed\n");
      List<String> connected = new ArrayList<>();
      text.lines()
          .filter(line -> line.endsWith(" connected"))
          .forEach(line -> connected.add(line.split(" ")[1]));
      int kept = connected.size() - 1;
      assertEquals(clients.subList(0, kept), connected.subList(0, kept));
      assertEquals(late, connected.subList(kept, kept + 1));
      // It listens, what became of each client, how many lines were lost, it has stopped.
      assertEquals(1 + 2 * (MANY_CLIENTS + 1) - lost + 2, text.lines().count());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--trace", "--report=0.001"})
  void clientsAreServedWhateverElseIsSaid(String option) throws IOException {
    int port = Peer.freePort();
    try (Child server = Child.stuck(fifo, List.of(), "EchoServer", option, "" + port)) {
      serve(50, port);
      server.signal("TERM");
      assertEquals(143, server.exitStatus());
    }
  }

  @Test
  void clientsAreServedWhileTheTerminalIsStopped() throws IOException {
    try (Child screen = Child.onTerminal("EchoServer", "0")) {
      int port = screen.out.awaitPort();
      screen.type("\u0013"); // Ctrl-S
      serve(300, port);
      screen.type("\u0003"); // Ctrl-C
      assertEquals(130, screen.exitStatus());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HUP, 129, DumbNet",
    "TERM, 143, OneToOne",
    "TERM, 143, OneToOne server",
    "INT, 130, OneToOne --trace server"
  })
  void aSignalEndsAClientAndAChatServer(String signal, int status, String program)
      throws IOException {
    if (!signal.equals("TERM")) {
      Watch.assumeInterruptible();
    }
    boolean listens = program.endsWith("server");
    try (ServerSocket listening = Peer.listen()) {
      int port = listens ? Peer.freePort() : listening.getLocalPort();
      String line = program + (listens ? " " : " 127.0.0.1 ") + port;
      try (Child child = Child.stuck(fifo, List.of(), line.split(" "));
          Peer peer = listens ? Peer.connectWhenReady(port) : Peer.accept(listening)) {
        if (listens) {
          child.type("hi\n");
          assertEquals("hi\n", peer.send("hello\n").receiveLine());
        }
        child.signal(signal);
        assertEquals(status, child.exitStatus(), () -> "connected to " + peer.name());
      }
    }
  }

  /** One client after another has its echo and leaves; returns their names. */
  private static List<String> serve(int clients, int port) throws IOException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      try (Peer client = Peer.connectWhenReady(port)) {
        assertEquals("hello", new String(client.send("hello").receive(5)));
        assertEquals(0, client.halfClose().receiveAll().length, "and then all was said of it");
        names.add(client.name());
      }
    }
    return names;
  }
}

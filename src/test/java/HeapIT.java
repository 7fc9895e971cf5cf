import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** More streaming clients than the heap has room for: the server goes on, or it ends at once. */
class HeapIT {
  private static final List<String> SMALL = List.of("-Xmx16m");

  /** Eight hundred clients send and receive as fast as they can, while there is a server. */
  private static final String LOAD =
      """
      import selectors, socket, sys, time
      clients = selectors.DefaultSelector()
      end = time.monotonic() + 3
      try:
          for i in range(800):
              client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
              client.setblocking(False)
              clients.register(client, selectors.EVENT_READ | selectors.EVENT_WRITE)
      except OSError:
          pass
      data = bytes(65536)
      while time.monotonic() < end and clients.get_map():
          for key, events in clients.select(1):
              try:
                  if events & selectors.EVENT_READ and not key.fileobj.recv(65536):
                      clients.unregister(key.fileobj)
                  elif events & selectors.EVENT_WRITE:
                      key.fileobj.send(data)
              except BlockingIOError:
                  pass
              except OSError:
                  clients.unregister(key.fileobj)
      """;

  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void theServerGoesOnOrEndsWithOneLine(String threads) {
    boolean virtual = threads.equals("virtual");
    Watch.assume(!virtual || Runtime.version().feature() >= 21, "this JVM has no virtual threads");
    try (Child server = Child.withJvm(SMALL, "EchoServer", "--threads=" + threads, "0")) {
      boolean ended = load(server.port(), server);
      assertEquals(ended ? 1 : 0, server.err.count("EchoServer: out of memory\n"));
      String known = "EchoServer: (127|closed |connection |listening |out of |stopped: ).*";
      String text = server.err.text();
      assertEquals(List.of(), text.lines().filter(line -> !line.matches(known)).toList());
      assertEquals("", server.out.text());
    }
  }

  @Test
  void theServerEndsEvenIfItsLineCannotBePrinted(@TempDir Path directory) throws IOException {
    int port = Peer.freePort();
    try (Child server = Child.stuck(directory.resolve("fifo"), SMALL, "EchoServer", "" + port)) {
      Peer.connectWhenReady(port).close();
      load(port, server);
    }
  }

  /** Whether the heap ran out and the process has ended; otherwise a new client was served. */
  private static boolean load(int port, Child server) {
    try (Child clients = Child.command("python3", "-c", LOAD, "" + port)) {
      assertEquals(0, clients.exitStatus(), clients.err::text);
    }
    boolean served = true;
    try (Peer late = Peer.connect(port)) {
      assertEquals("hello", new String(late.send("hello").receive(5)));
      server.signal("TERM");
    } catch (IOException e) {
      served = false;
    }
    int status = server.exitStatus();
    assertTrue(status == 1 || served && status == 143, "status " + status);
    return status == 1;
  }
}

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** The echo server with {@code --idle-timeout}. */
class IdleTimeoutIT {
  private static final String CLOSED = " closed: no progress for ";

  @BeforeAll
  static void needs() {
    Watch.assumeLinuxWith("kill");
  }

  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void aSilentClientIsClosed(String threads) throws IOException {
    try (Child server = EchoServerIT.server(threads, "--idle-timeout=0.5");
        Peer never = Peer.connect(server.port());
        Peer once = Peer.connect(server.port()).send("hello\n")) {
      assertEquals("hello\n", new String(once.receiveAll()));
      assertEquals("", new String(never.receiveAll()));
      server.err.await("connection to " + once.name() + CLOSED + "0.5 s: 6 bytes echoed\n");
      server.err.await("connection to " + never.name() + CLOSED + "0.5 s: 0 bytes echoed\n");
    }
  }

  /** Two are slow, of which one writes and the other reads; the third reads nothing at all. */
  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void oneThatNeverReadsIsClosedAndOneThatReadsSlowlyIsNot(String threads) throws Exception {
    try (Child server = EchoServerIT.server(threads, "--idle-timeout=2");
        Peer writer = Peer.connect(server.port());
        Peer reader = withSmallBuffers(server.port());
        Peer stuck = withSmallBuffers(server.port())) {
      reader.flood();
      stuck.flood();
      String end = stuck.name() + CLOSED + "2 s: ";
      for (int i = 0; i < 24 || server.err.count(end) == 0; i++) {
        EchoServerIT.assertEchoes(writer);
        assertEquals(1 << 14, reader.receive(1 << 14).length);
        Thread.sleep(200); // slowness is the point
      }
      assertEquals(1, server.err.count(CLOSED), server.err.text());
      int port = stuck.socket.getLocalPort();
      Watch.until("no trace of it", () -> !Watch.systemKnows(server.port(), port));
    }
  }

  private static Peer withSmallBuffers(int port) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(1 << 13);
    socket.setSendBufferSize(1 << 13);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return new Peer(socket);
  }

  @Test
  void theTimeForWhichTheServerIsStoppedDoesNotCount() throws Exception {
    ScheduledExecutorService pulse = Executors.newSingleThreadScheduledExecutor();
    List<Peer> clients = new ArrayList<>();
    try (Child server = Child.of("EchoServer", "--idle-timeout=2", "0")) {
      int port = server.port();
      for (int i = 0; i < 5; i++) {
        Peer client = Peer.connect(port);
        clients.add(client);
        pulse.scheduleAtFixedRate(() -> send(client), 0, 500, TimeUnit.MILLISECONDS);
      }
      server.err.await(5, " connected\n");
      stop(server, 4000);
      for (int i = 0; i < 6; i++) {
        stop(server, 450); // which a watch that looks every 250 ms does not notice
      }
      assertEquals(0, server.err.count(CLOSED), server.err.text());
      pulse.shutdownNow();
      server.err.await(5, CLOSED);
    } finally {
      pulse.shutdownNow();
      for (Peer client : clients) {
        client.close();
      }
    }
  }

  private static void stop(Child server, int millis) throws InterruptedException {
    server.signal("STOP");
    Thread.sleep(millis); // the length of the stop is what this is about
    server.signal("CONT");
    Thread.sleep(50); // and it must run again, or it was one stop
  }

  private static void send(Peer client) {
    try {
      client.send("x");
    } catch (IOException e) {
      // Closed, as the server will say.
    }
  }

  @Test
  void theTimerIsThereOnlyWithTheOption() throws IOException {
    try (Child watching = Child.of("EchoServer", "--idle-timeout=60", "0");
        Child plain = Child.of("EchoServer", "0");
        Peer one = Peer.connect(watching.port());
        Peer other = Peer.connect(plain.port())) {
      EchoServerIT.assertEchoes(one);
      EchoServerIT.assertEchoes(other);
      assertTrue(EchoServerIT.systemThreads(watching).contains("timer"));
      assertTrue(!EchoServerIT.systemThreads(plain).contains("timer"));
    }
  }
}

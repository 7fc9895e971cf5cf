import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** The echo server with {@code --idle-timeout}. */
class IdleTimeoutIT {
  private static final String CLOSED = " closed: no progress for ";

  /** Two are slow, of which one writes and the other reads; the third reads nothing at all. */
  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void oneThatNeverReadsIsClosedAndOneThatReadsSlowlyIsNot(String threads) throws Exception {
    try (Child server = EchoServerIT.server(threads, "--idle-timeout=1");
        Peer writer = Peer.connect(server.port());
        Peer reader = Peer.withSmallBuffers(server.port());
        Peer stuck = Peer.withSmallBuffers(server.port())) {
      reader.flood();
      stuck.flood();
      String end = stuck.name() + CLOSED + "1 s: ";
      for (int i = 0; i < 12 || server.err.count(end) == 0; i++) {
        EchoServerIT.assertEchoes(writer);
        assertEquals(1 << 15, reader.receive(1 << 15).length);
        Thread.sleep(200); // slowness is the point
      }
      assertEquals(1, server.err.count(CLOSED), server.err.text());
      int port = stuck.socket.getLocalPort();
      Watch.until("no trace of it", () -> !Watch.systemKnows(server.port(), port));
    }
  }

  /** Stops of 225 ms are too short for a watch that looks every 125 ms to notice. */
  @ParameterizedTest
  @CsvSource({"1, 250, 225, 6", "2, 60000, 600, 10"})
  void theTimeForWhichTheServerIsStoppedDoesNotCount(
      int limit, int clientsSendEvery, int stopMillis, int stops) throws Exception {
    ScheduledExecutorService pulse = Executors.newSingleThreadScheduledExecutor();
    List<Peer> clients = new ArrayList<>();
    try (Child server = Child.of("EchoServer", "--idle-timeout=" + limit, "0")) {
      int port = server.port();
      for (int i = 0; i < 5; i++) {
        Peer client = Peer.connect(port);
        clients.add(client);
        pulse.scheduleAtFixedRate(() -> send(client), 0, clientsSendEvery, TimeUnit.MILLISECONDS);
      }
      server.err.await(5, " connected\n");
      for (int i = 0; i < stops; i++) {
        stop(server, stopMillis);
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
}

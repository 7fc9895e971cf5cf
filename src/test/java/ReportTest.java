import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import sockets.BlockingCalls;
import sockets.Connection;
import sockets.Server;
import testkit.Peer;

class ReportTest {
  private static final int MEGABYTES = 4;

  private final List<String> lines = new ArrayList<>();
  private final Semaphore sent = new Semaphore(0);

  private void sendOnDemand(Connection client) throws IOException {
    while (client.receive(new byte[1], Duration.ZERO) > 0) {
      client.send(new byte[MEGABYTES * 1_000_000], MEGABYTES * 1_000_000);
      sent.release();
    }
  }

  @Test
  void aReportHasTheRateSinceTheOneBefore() throws Exception {
    Server server = Server.listen(new BlockingCalls(null), "127.0.0.1", 0, lines::add);
    Thread serving = new Thread(() -> server.serve(1, Runnable::run, this::sendOnDemand));
    serving.start();
    int port = Integer.parseInt(server.address().replaceFirst(".*:", ""));
    try (server;
        Peer client = Peer.connect(port)) {
      long earliest = System.nanoTime();
      Report report = new Report(server, lines::add);
      long latest = System.nanoTime();
      for (int i = 1; i <= 2; i++) {
        client.send("x").receive(MEGABYTES * 1_000_000);
        sent.acquire();
        long before = System.nanoTime();
        report.run();
        long after = System.nanoTime();
        String[] line = lines.get(i - 1).split("(?= \\S+ MB/s$)");
        assertEquals(
            "1 client now, 1 client served, " + i * MEGABYTES + "000000 bytes echoed,", line[0]);
        double rate = Double.parseDouble(line[1].split(" ")[1]);
        assertTrue(rate >= MEGABYTES * 1e9 / (after - earliest) - 0.1, lines.get(i - 1));
        assertTrue(rate <= MEGABYTES * 1e9 / (before - latest) + 0.1, lines.get(i - 1));
        earliest = before;
        latest = after;
      }
    }
    serving.join();
  }
}

package cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import sockets.BlockingCalls;
import sockets.Server;
import testkit.Peer;

class ReportTest {
  private final List<String> lines = new ArrayList<>();

  @Test
  void totalsAreSaidInWords() {
    assertEquals("1 client served, 1 byte echoed", Report.text(new Server.Totals(0, 1, 1)));
    assertEquals("0 clients served, 0 bytes echoed", Report.text(new Server.Totals(0, 0, 0)));
    assertEquals(
        "20000 clients served, 5000000000 bytes echoed",
        Report.text(new Server.Totals(3, 20_000, 5_000_000_000L)));
  }

  @Test
  void aReportSaysWhoIsServedNowAndTheRateSinceTheLastOne() throws Exception {
    CountDownLatch sent = new CountDownLatch(1);
    try (Server server = Server.listen(new BlockingCalls(), "127.0.0.1", 0, lines::add)) {
      Report report = new Report(server, lines::add);
      report.run();
      Thread thread =
          new Thread(
              () ->
                  server.serve(
                      1,
                      Runnable::run,
                      connection -> {
                        try {
                          connection.send(new byte[1_000_000], 1_000_000);
                          sent.countDown();
                          connection.receive(new byte[1]);
                        } catch (IOException e) {
                          throw new UncheckedIOException(e);
                        }
                      }));
      thread.start();
      String address = server.address();
      Peer client = Peer.connect(Integer.parseInt(address.substring(address.indexOf(':') + 1)));
      client.receive(1_000_000);
      sent.await();
      report.run();
      report.run();
      client.close();
    }
    assertEquals("0 clients now, 0 clients served, 0 bytes echoed, 0.0 MB/s", lines.get(0));
    assertTrue(
        lines
            .get(1)
            .matches("1 client now, 1 client served, 1000000 bytes echoed, \\d+\\.\\d MB/s"),
        lines.get(1));
    assertFalse(lines.get(1).endsWith(" 0.0 MB/s"), lines.get(1));
    assertEquals("1 client now, 1 client served, 1000000 bytes echoed, 0.0 MB/s", lines.get(2));
  }
}

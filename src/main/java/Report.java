import java.util.Locale;
import java.util.function.Consumer;
import sockets.Describe;
import sockets.Server;
import sockets.Totals;

/** Reports at each run how an echo server does: clients, bytes, and the rate since the last run. */
final class Report implements Runnable {
  private final Server server;
  private final Consumer<String> lines;
  private long lastSent;
  private long lastTime = System.nanoTime();

  Report(Server server, Consumer<String> lines) {
    this.server = server;
    this.lines = lines;
  }

  @Override
  public void run() {
    Totals totals = server.totals();
    long now = System.nanoTime();
    double megabytesPerSecond = (totals.sent() - lastSent) * 1e3 / (now - lastTime);
    lines.accept(
        String.format(
            Locale.ROOT,
            "%s now, %s, %.1f MB/s",
            Describe.count(totals.active(), "client"),
            text(totals),
            megabytesPerSecond));
    lastSent = totals.sent();
    lastTime = now;
  }

  /** Totals in words. */
  static String text(Totals totals) {
    return Describe.count(totals.served(), "client")
        + " served, "
        + Describe.count(totals.sent(), "byte")
        + " echoed";
  }
}

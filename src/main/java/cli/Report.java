package cli;

import java.util.Locale;
import java.util.function.Consumer;
import sockets.Describe;
import sockets.Server;

/** Says at each run how an echo server does: how many it serves, and how fast since last time. */
public final class Report implements Runnable {
  private final Server server;
  private final Consumer<String> lines;
  private long lastSent;
  private long lastTime = System.nanoTime();

  /**
   * Of one server.
   *
   * @param server the server
   * @param lines gets a sentence at each run
   */
  public Report(Server server, Consumer<String> lines) {
    this.server = server;
    this.lines = lines;
  }

  @Override
  public void run() {
    Server.Totals totals = server.totals();
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

  /**
   * Totals in words.
   *
   * @param totals what a server has done
   * @return a phrase
   */
  public static String text(Server.Totals totals) {
    return Describe.count(totals.served(), "client")
        + " served, "
        + Describe.count(totals.sent(), "byte")
        + " echoed";
  }
}

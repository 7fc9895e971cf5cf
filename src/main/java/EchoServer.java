import cli.Console;
import cli.Port;
import cli.Program;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sockets.Connection;
import sockets.Describe;
import sockets.Server;
import sockets.Threads;
import sockets.Totals;

/** Sends every client back what it sent (RFC 862), each on a thread of its own. */
@Command(
    name = "EchoServer",
    description = "Send every client back what it sent; one thread per connection.",
    footer = "  java -cp blocking-sockets.jar EchoServer 7000")
final class EchoServer implements Callable<Integer> {
  @Mixin private Console console;

  @Parameters(
      paramLabel = "PORT",
      converter = Port.class,
      description = "Port to listen on, 1-65535 (0: any that is free).")
  private int port;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      description = "The local address (default 0.0.0.0: all).")
  private String bind = "0.0.0.0";

  @Option(
      names = "--threads",
      paramLabel = "KIND",
      description =
          "platform (default), or virtual (Java 21 or newer): for thousands of clients that are"
              + " mostly idle; busy ones make the others wait.")
  private Threads threads = Threads.PLATFORM;

  @Option(
      names = "--max-clients",
      paramLabel = "N",
      description = "Serve at most N at once; more wait in the system's queue (default: no limit).")
  private int maxClients = Integer.MAX_VALUE;

  @Option(
      names = {"-i", "--idle-timeout"},
      paramLabel = "SECONDS",
      description =
          "Close a connection on which nothing is read or written for SECONDS (default 0: never;"
              + " checked coarsely: up to 25%% later).")
  private Duration idleTimeout = Duration.ZERO;

  @Option(
      names = "--report",
      paramLabel = "SECONDS",
      description =
          "Report at this interval how many clients were served, how much and how fast (default 0:"
              + " never).")
  private Duration reportInterval = Duration.ZERO;

  private Server server;
  private long lastReport; // ns
  private long reported; // bytes

  public static void main(String... args) {
    Program.main(new EchoServer(), args);
  }

  @Override
  public Integer call() throws IOException {
    if (maxClients < 1) {
      console.refuse("--max-clients", "'" + maxClients + "' is not a positive number");
    }
    if (!threads.areSupported()) {
      console.refuse("--threads", "this JVM has no virtual threads (needs Java 21 or newer)");
    }
    server = Server.listen(console.calls(), bind, port, console::say);
    console.printInBackground(this::stop);
    lastReport = System.nanoTime();
    server.every(reportInterval, this::report);
    String kind = threads.name().toLowerCase(Locale.ROOT);
    console.notice("listening on " + server.address() + ", a " + kind + " thread for each client");
    server.serve(maxClients, idleTimeout, threads.perConnection(), this::serve);
    return 0;
  }

  /** Stops listening, and prints the totals. The connections end with the process. */
  private void stop() {
    server.close();
    console.notice("stopped: " + text(server.totals()));
  }

  void report() {
    Totals totals = server.totals();
    long now = System.nanoTime();
    double megabytesPerSecond = (totals.sent() - reported) * 1e3 / (now - lastReport);
    String clients = Describe.count(totals.active(), "client") + " now, " + text(totals);
    console.say(String.format(Locale.ROOT, "%s, %.1f MB/s", clients, megabytesPerSecond));
    reported = totals.sent();
    lastReport = now;
  }

  private static String text(Totals totals) {
    String clients = Describe.count(totals.served(), "client");
    return clients + " served, " + Describe.count(totals.sent(), "byte") + " echoed";
  }

  private void serve(Connection client) {
    console.notice(client.name() + " connected");
    String ending = client.name() + " left";
    try {
      echo(client);
    } catch (IOException e) {
      ending = e.getMessage();
    }
    console.notice(ending + ": " + Describe.count(client.sent(), "byte") + " echoed");
  }

  private static void echo(Connection client) throws IOException {
    byte[] buffer = new byte[1 << 10]; // Most clients send less, and thousands may be connected.
    for (int count; (count = client.receive(buffer, Duration.ZERO)) >= 0; ) {
      client.send(buffer, count);
      if (count == buffer.length && count < 1 << 16) {
        buffer = new byte[8 * count];
      }
    }
  }
}

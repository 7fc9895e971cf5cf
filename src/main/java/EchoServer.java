import cli.Console;
import cli.Port;
import cli.Program;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sockets.Connection;
import sockets.Describe;
import sockets.IdleWatch;
import sockets.Listener;
import sockets.Server;
import sockets.Threads;

/** Sends every client back what it sent (RFC 862), each on a thread of its own. */
@Command(
    name = "EchoServer",
    description = "Send every client back what it sent; one thread per connection.",
    footer = "  java -cp blocking-sockets.jar EchoServer 7000")
final class EchoServer implements Callable<Integer> {
  private final Console console;

  @Parameters(
      paramLabel = "PORT",
      converter = Port.class,
      description = "Port to listen on, 1-65535 (0: any that is free).")
  private int port;

  @Option(names = "--bind", paramLabel = "ADDRESS", description = "Local address (default: all).")
  private String bind = "0.0.0.0";

  @Option(
      names = "--threads",
      paramLabel = "KIND",
      description =
          "platform (default), or virtual (Java 21+) for thousands of clients that are mostly idle:"
              + " beside busy ones, the others wait.")
  private Threads threads = Threads.platform;

  @Option(
      names = "--max-clients",
      paramLabel = "N",
      description = "Serve N at once; more wait in the kernel's queue (default: no limit).")
  private int maxClients = Integer.MAX_VALUE;

  @Option(
      names = {"-i", "--idle-timeout"},
      paramLabel = "SECONDS",
      description = "Close a connection idle for SECONDS, or up to 25%% more (default 0: never).")
  private Duration idleTimeout = Duration.ZERO;

  @Option(
      names = "--report",
      paramLabel = "SECONDS",
      description = "Report clients, bytes and speed at this interval (default 0: never).")
  private Duration reportInterval = Duration.ZERO;

  private Server server;
  private long lastReport; // ns
  private long reported; // bytes

  EchoServer(Console console) {
    this.console = console;
  }

  public static void main(String... args) {
    Program.main(EchoServer::new, args);
  }

  @Override
  public Integer call() throws IOException {
    if (!threads.areSupported()) {
      console.refuse("this JVM has no virtual threads (needs Java 21 or newer)", "--threads");
    }
    Listener listener = Listener.listen(console.calls(), bind, port, console::say);
    server = new Server(listener, maxClients, console::say);
    console.atEnd(
        () -> {
          listener.close(); // The connections end with the process.
          console.notice("stopped: " + text(server.totals()));
        });
    String each = ", a " + threads + " thread for each client";
    console.notice("listening on " + listener.address() + each);
    lastReport = System.nanoTime();
    Threads.every(reportInterval, this::report);
    server.serve(
        threads.perConnection(),
        idleTimeout.isZero() ? this::serve : new IdleWatch(this::serve, idleTimeout));
    return 0;
  }

  void report() {
    Server.Totals totals = server.totals();
    long now = System.nanoTime();
    double megabytesPerSecond = (totals.sent() - reported) * 1e3 / (now - lastReport);
    String clients = Describe.count(totals.active(), "client") + " now, " + text(totals);
    console.say(String.format(Locale.ROOT, "%s, %.1f MB/s", clients, megabytesPerSecond));
    reported = totals.sent();
    lastReport = now;
  }

  private static String text(Server.Totals totals) {
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

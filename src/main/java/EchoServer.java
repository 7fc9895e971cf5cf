import cli.Port;
import cli.Program;
import cli.Report;
import cli.Seconds;
import cli.StandardStreams;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sockets.Connection;
import sockets.ConnectionException;
import sockets.Describe;
import sockets.Server;
import sockets.Threads;

/** Sends every client back what it sent (RFC 862), each on a thread of its own. */
@Command(
    name = "EchoServer",
    description = "Send every client back what it sent; one thread per connection.",
    footer = "  java -cp blocking-sockets.jar EchoServer 7000")
public final class EchoServer extends Program {
  /** Idle clients are many and cheap, busy ones get the buffer that their reads fill. */
  private static final int FIRST_BUFFER_BYTES = 512;

  private static final int LAST_BUFFER_BYTES = 1 << 17;

  /** With an idle timeout no single write may hide for long that the client makes progress. */
  private static final int WATCHED_BUFFER_BYTES = 1 << 13;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      defaultValue = "0.0.0.0",
      description = "The local address (default 0.0.0.0: all).")
  private String bind;

  @Option(
      names = "--threads",
      paramLabel = "KIND",
      defaultValue = "auto",
      description = "virtual, platform, or auto (default): virtual where the JVM has them.")
  private Threads threads;

  @Option(
      names = "--max-clients",
      paramLabel = "N",
      description = "Serve at most N at once; the next ones wait in the system's queue.")
  private int maxClients = Integer.MAX_VALUE;

  @Option(
      names = {"-i", "--idle-timeout"},
      paramLabel = "SECONDS",
      defaultValue = "0",
      converter = Seconds.class,
      description = {
        "Close a connection that makes no progress, reading or writing, for so long",
        "(default 0: never)."
      })
  private Duration idleTimeout;

  @Option(
      names = "--report",
      paramLabel = "SECONDS",
      defaultValue = "0",
      converter = Seconds.class,
      description =
          "Say at this interval who was served, how much and how fast (default 0: never).")
  private Duration reportInterval;

  @Parameters(
      index = "0",
      paramLabel = "PORT",
      converter = Port.ToListen.class,
      description = "Port to listen on, 1-65535 (0: any that is free).")
  private int port;

  private int largestBuffer = LAST_BUFFER_BYTES;

  /**
   * Not started yet.
   *
   * @param streams the user's output
   */
  public EchoServer(StandardStreams streams) {
    super(streams);
  }

  /**
   * Runs the program and exits with its status.
   *
   * @param args the command line
   */
  public static void main(String... args) {
    System.exit(new EchoServer(StandardStreams.ofProcess()).execute(args));
  }

  @Override
  protected void run() throws IOException {
    Executor executor = threadPerConnection();
    try (Server server = Server.listen(calls(), bind, port, this::say)) {
      String kind = threads.resolved().name().toLowerCase(Locale.ROOT);
      notice("listening on " + server.address() + ", a " + kind + " thread for each client");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
      if (!reportInterval.isZero()) {
        server.every(reportInterval, new Report(server, this::say));
      }
      if (!idleTimeout.isZero()) {
        largestBuffer = WATCHED_BUFFER_BYTES;
        server.closeIdle(idleTimeout);
      }
      server.serve(maxClients, executor, this::echo);
    }
  }

  private Executor threadPerConnection() {
    if (maxClients < 1) {
      throw usageError("invalid --max-clients: '" + maxClients + "' is not a positive number");
    }
    try {
      return threads.perConnection();
    } catch (UnsupportedOperationException e) {
      throw usageError("invalid --threads: " + e.getMessage());
    }
  }

  /** Runs on SIGTERM and Ctrl-C, beside the thread that accepts. */
  private void stop(Server server) {
    server.close();
    notice("stopped: " + Report.text(server.totals()));
  }

  /** The work of one client's thread: sends back what comes, until the client ends its stream. */
  private void echo(Connection client) {
    notice(client.peer() + " connected");
    String ending = client.peer() + " left";
    try {
      byte[] buffer = new byte[FIRST_BUFFER_BYTES];
      for (int count; (count = client.receive(buffer)) >= 0; ) {
        client.send(buffer, count);
        if (count == buffer.length && count < largestBuffer) {
          buffer = new byte[Math.min(8 * count, largestBuffer)];
        }
      }
    } catch (ConnectionException e) {
      ending = e.getMessage();
    }
    notice(ending + ": " + Describe.count(client.sent(), "byte") + " echoed");
  }
}

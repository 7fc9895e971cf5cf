import cli.Program;
import cli.Report;
import cli.StandardStreams;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import sockets.Connection;
import sockets.ConnectionException;
import sockets.Describe;
import sockets.Rehearsal;
import sockets.Server;
import sockets.Threads;

/** Sends every client back what it sent (RFC 862), each on a thread of its own. */
public final class EchoServer extends Program {
  /** What an idle client costs; one whose messages fill it gets a larger one. */
  private static final int FIRST_BUFFER_BYTES = 512;

  private static final int LAST_BUFFER_BYTES = 1 << 16;

  /** No write may hide from the idle watch for long that its client makes progress. */
  private static final int WATCHED_BUFFER_BYTES = 1 << 13;

  private final Supplier<Integer> port =
      options.port(() -> 0, "Port to listen on, 1-65535 (0: any that is free).");
  private final Supplier<String> bind =
      options.text("ADDRESS", "0.0.0.0", "The local address (default 0.0.0.0: all).", "--bind");
  private final Supplier<Threads> threads =
      options.choice(
          "KIND",
          Threads.AUTO,
          "virtual, platform, or auto (default): virtual where the JVM has them.",
          "--threads");
  private final Supplier<Integer> maxClients =
      options.limit(
          "Serve at most N at once; the next ones wait in the system's queue (default: no limit).",
          "--max-clients");
  private final Supplier<Duration> idleTimeout =
      options.seconds(
          "0",
          "Close a connection that makes no progress, reading or writing, for so long"
              + " (default 0: never).",
          "-i",
          "--idle-timeout");
  private final Supplier<Duration> reportInterval =
      options.seconds(
          "0",
          "Say at this interval how many were served, how much and how fast (default 0: never).",
          "--report");

  /** From then on the totals are said, and nothing of each client. */
  private volatile boolean stopping;

  /**
   * Not started yet.
   *
   * @param streams the user's output
   */
  public EchoServer(StandardStreams streams) {
    super(
        streams,
        "EchoServer",
        "Send every client back what it sent; one thread per connection.",
        "  java -cp blocking-sockets.jar EchoServer 7000");
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
    Executor threadPerConnection = threadPerConnection();
    try (Server server = Server.listen(calls(), bind.get(), port.get(), this::say)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
      notice("listening on " + server.address() + ", a " + kind() + " thread for each client");
      if (!reportInterval.get().isZero()) {
        server.every(reportInterval.get(), new Report(server, this::say));
      }
      if (!idleTimeout.get().isZero()) {
        server.closeIdle(idleTimeout.get());
      }
      // Clients that come meanwhile wait in the backlog.
      Rehearsal.run(threads.get(), maxClients.get(), client -> serve(client, unsaid -> {}));
      server.serve(maxClients.get(), threadPerConnection, client -> serve(client, this::notice));
    }
  }

  private Executor threadPerConnection() {
    try {
      return threads.get().perConnection();
    } catch (UnsupportedOperationException e) {
      throw usageError("invalid --threads: " + e.getMessage());
    }
  }

  private String kind() {
    return threads.get().resolved().name().toLowerCase(Locale.ROOT);
  }

  /** Runs on SIGTERM and Ctrl-C; the system closes the connections as the process ends. */
  private void stop(Server server) {
    stopping = true;
    server.stopListening();
    notice("stopped: " + Report.text(server.totals()));
  }

  /** The work of one client's thread. */
  private void serve(Connection client, Consumer<String> notices) {
    notices.accept(client.peer() + " connected");
    String ending = echo(client);
    if (!stopping) {
      notices.accept(ending + ": " + Describe.count(client.sent(), "byte") + " echoed");
    }
  }

  /** Sends back what comes, until the client ends its stream; tells how it ended. */
  private String echo(Connection client) {
    int largest = idleTimeout.get().isZero() ? LAST_BUFFER_BYTES : WATCHED_BUFFER_BYTES;
    // A virtual thread that lets others go first often finds its next bytes there when it reads,
    // and need not wait for them, which for such a thread takes system calls of its own.
    boolean yields = threads.get().resolved() == Threads.VIRTUAL;
    try {
      byte[] buffer = new byte[FIRST_BUFFER_BYTES];
      for (int count; (count = client.receive(buffer)) >= 0; ) {
        client.send(buffer, count);
        if (yields) {
          Thread.yield();
        }
        if (count == buffer.length && count < largest) {
          buffer = new byte[Math.min(8 * count, largest)];
        }
      }
      return client.peer() + " left";
    } catch (ConnectionException e) {
      return e.getMessage();
    }
  }
}

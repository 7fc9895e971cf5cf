import cli.ConnectOptions;
import cli.Program;
import cli.StandardStreams;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import sockets.Connection;
import sockets.ConnectionException;
import sockets.Describe;

/** A client simpler than telnet: sends one line, prints every byte that comes back, ends. */
public final class DumbNet extends Program {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Supplier<String> host = options.parameter("HOST", "Name or address to connect to.");
  private final Supplier<Integer> port = options.port(() -> 1, "Port to connect to, 1-65535.");
  private final ConnectOptions connecting = new ConnectOptions(options);
  private final Supplier<Duration> idleTimeout =
      options.seconds(
          "0",
          "Give up when nothing has arrived for so long (default 0: never).",
          "-i",
          "--idle-timeout");
  private final Supplier<Boolean> blankLine =
      options.flag(
          "Send an empty line after the line: it ends the headers of an HTTP request.",
          "-b",
          "--blank-line");
  private final Supplier<Boolean> halfClose =
      options.flag("Shut down the sending side after the line.", "-N", "--half-close");

  /**
   * Not started yet.
   *
   * @param streams the user's input and output
   */
  public DumbNet(StandardStreams streams) {
    super(
        streams,
        "DumbNet",
        "Send one line of input, with CRLF, and print every byte that comes back.",
        "  echo 'GET / HTTP/1.0' | java -cp blocking-sockets.jar DumbNet -b localhost 80");
  }

  /**
   * Runs the program and exits with its status.
   *
   * @param args the command line
   */
  public static void main(String... args) {
    System.exit(new DumbNet(StandardStreams.ofProcess()).execute(args));
  }

  @Override
  protected void run() throws IOException {
    try (Connection server = connecting.connector(calls()).connect(host.get(), port.get())) {
      notice("connected to " + server.address());
      byte[] line = readLine("line to send: ");
      if (line == null) {
        throw new IOException("no line to send: standard input is empty");
      }
      try {
        send(line, server);
      } finally {
        print(server); // also what a server said that closed before it had the line
      }
      String received = Describe.count(server.received(), "byte");
      notice(server.peer() + " ended the stream after " + received);
    }
  }

  private void send(byte[] line, Connection server) throws ConnectionException {
    byte[] ending = (blankLine.get() ? "\r\n\r\n" : "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] request = Arrays.copyOf(line, line.length + ending.length);
    System.arraycopy(ending, 0, request, line.length, ending.length);
    server.send(request, request.length);
    if (halfClose.get()) {
      server.halfClose();
    }
  }

  private void print(Connection server) throws IOException {
    Duration limit = idleTimeout.get();
    try (OutputStream out = streams.display()) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count; (count = server.receive(buffer, limit)) >= 0; ) {
        out.write(buffer, 0, count);
      }
    } catch (SocketTimeoutException e) {
      throw new IOException(server.peer() + " sent nothing for " + Describe.seconds(limit), e);
    }
  }
}

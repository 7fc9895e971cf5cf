import cli.ConnectOptions;
import cli.Port;
import cli.Program;
import cli.Seconds;
import cli.StandardStreams;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sockets.Connection;
import sockets.ConnectionException;
import sockets.Describe;

/** A client simpler than telnet: sends one line, prints every byte that comes back, ends. */
@Command(
    name = "DumbNet",
    description = "Send one line of input, with CRLF, and print every byte that comes back.",
    footer = "  echo 'GET /' | java -cp blocking-sockets.jar DumbNet localhost 8080")
public final class DumbNet extends Program {
  private static final int BUFFER_BYTES = 1 << 16;

  @Mixin private ConnectOptions connecting;

  @Option(
      names = {"-i", "--idle-timeout"},
      paramLabel = "SECONDS",
      defaultValue = "0",
      converter = Seconds.class,
      description = "Give up when nothing has arrived for so long (default 0: never).")
  private Duration idleTimeout;

  @Option(
      names = {"-b", "--blank-line"},
      description = "Send an empty line after the line: it ends the headers of an HTTP request.")
  private boolean blankLine;

  @Option(
      names = {"-N", "--half-close"},
      description = "Shut down the sending side after the line.")
  private boolean halfClose;

  @Parameters(index = "0", paramLabel = "HOST", description = "Name or address to connect to.")
  private String host;

  @Parameters(
      index = "1",
      paramLabel = "PORT",
      converter = Port.class,
      description = "Port to connect to, 1-65535.")
  private int port;

  /**
   * Not started yet.
   *
   * @param streams the user's input and output
   */
  public DumbNet(StandardStreams streams) {
    super(streams);
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
    try (Connection server = connecting.connector(calls()).connect(host, port)) {
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
    }
  }

  private void send(byte[] line, Connection server) throws ConnectionException {
    byte[] ending = (blankLine ? "\r\n\r\n" : "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] request = Arrays.copyOf(line, line.length + ending.length);
    System.arraycopy(ending, 0, request, line.length, ending.length);
    server.send(request, request.length);
    if (halfClose) {
      server.halfClose();
    }
  }

  private void print(Connection server) throws IOException {
    try (OutputStream out = streams.display()) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count; (count = server.receive(buffer, idleTimeout)) >= 0; ) {
        out.write(buffer, 0, count);
      }
    } catch (SocketTimeoutException e) {
      throw new IOException(
          server.peer() + " sent nothing for " + Describe.seconds(idleTimeout), e);
    }
    String received = Describe.count(server.received(), "byte");
    notice(server.peer() + " ended the stream after " + received);
  }
}

import cli.ConnectOptions;
import cli.Console;
import cli.Port;
import cli.Program;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sockets.Connection;
import sockets.Describe;
import sockets.Tls;

/** A client simpler than telnet: sends one line, prints every byte that comes back, ends. */
@Command(
    name = "DumbNet",
    description = "Send one line of input, with CRLF, and print every byte that comes back.",
    footer = "  echo 'GET / HTTP/1.0' | java -cp blocking-sockets.jar DumbNet -b localhost 80")
final class DumbNet extends ConnectOptions implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "HOST", description = "Name or address to connect to.")
  private String host;

  @Parameters(
      paramLabel = "PORT",
      converter = Port.class,
      description = "Port to connect to, 1-65535.")
  private int port;

  @Option(
      names = {"-i", "--idle-timeout"},
      paramLabel = "SECONDS",
      description = "Give up when nothing has arrived for SECONDS (default 0: never).")
  private Duration idleTimeout = Duration.ZERO;

  @Option(
      names = {"-b", "--blank-line"},
      description = "Send an empty line after the line: it ends the headers of an HTTP request.")
  private boolean blankLine;

  @Option(
      names = {"-N", "--half-close"},
      description = "Shut down the sending side after the line: some servers wait for that.")
  private boolean halfClose;

  @Option(names = "--tls", description = "Speak TLS; HOST's certificate must be trusted.")
  private boolean tls;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "With --tls: trust the certificates of this PEM file instead of the JVM's.")
  private File cacert;

  DumbNet(Console console) {
    this.console = console;
  }

  public static void main(String... args) {
    Program.main(DumbNet::new, args);
  }

  @Override
  public Integer call() throws IOException {
    if (!tls) {
      console.refuse("it needs --tls", "--cacert");
    }
    try (Connection server = connect(host, port, tls ? new Tls(cacert) : null, console)) {
      console.notice("connected to " + server.address());
      String line = console.readLine("line to send: ");
      if (line == null) {
        throw new IOException("no line to send: standard input is empty");
      }
      String ending = blankLine ? "\r\n\r\n" : "\r\n";
      send((line + ending).getBytes(StandardCharsets.ISO_8859_1), server);
      print(server, idleTimeout);
      String received = Describe.count(server.received(), "byte");
      console.notice(server.name() + " ended the stream after " + received);
      return 0;
    }
  }

  private void send(byte[] request, Connection server) throws IOException {
    try {
      server.send(request, request.length);
      if (halfClose) {
        server.halfClose();
      }
    } catch (SocketException e) {
      // A server that has closed may have answered before.
      Connection.quietly(() -> print(server, Duration.ofMillis(1)));
      throw e;
    }
  }

  private void print(Connection server, Duration limit) throws IOException {
    try (OutputStream out = console.display()) {
      byte[] buffer = new byte[1 << 16];
      for (int count; (count = server.receive(buffer, limit)) >= 0; ) {
        out.write(buffer, 0, count);
      }
    }
  }
}

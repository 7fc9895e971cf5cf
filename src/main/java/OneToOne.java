import cli.ConnectOptions;
import cli.Port;
import cli.Program;
import cli.Seconds;
import cli.StandardStreams;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import sockets.Connection;
import sockets.ConnectionException;
import sockets.Messages;
import sockets.Server;

/** The simplest chat: one server, one client at a time, strictly taking turns. */
@Command(
    name = "OneToOne",
    description = {
      "Chat with one peer, strictly taking turns; the client speaks first.",
      "An empty line, or the end of input, closes the connection."
    },
    footer = {
      "  java -cp blocking-sockets.jar OneToOne server 7000",
      "  java -cp blocking-sockets.jar OneToOne localhost 7000"
    })
public final class OneToOne extends Program {
  @Mixin private ConnectOptions connecting;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      defaultValue = "0.0.0.0",
      description = "The server's local address (default 0.0.0.0: all).")
  private String bind;

  @Option(
      names = "--message-gap",
      paramLabel = "SECONDS",
      defaultValue = "1",
      converter = Seconds.class,
      description = {
        "A message without a newline ends when nothing follows for so long",
        "(default 1; 0: it always ends at its newline)."
      })
  private Duration messageGap;

  @Parameters(
      index = "0",
      paramLabel = "HOST",
      description = "Name or address to connect to, or 'server' to be the server.")
  private String host;

  @Parameters(
      index = "1",
      paramLabel = "PORT",
      description = "Port to connect to, 1-65535, or to listen on (0: any that is free).")
  private String port;

  /**
   * Not started yet.
   *
   * @param streams the user's input and output
   */
  public OneToOne(StandardStreams streams) {
    super(streams);
  }

  /**
   * Runs the program and exits with its status.
   *
   * @param args the command line
   */
  public static void main(String... args) {
    System.exit(new OneToOne(StandardStreams.ofProcess()).execute(args));
  }

  @Override
  protected void run() throws IOException {
    if (host.equals("server")) {
      serve(port(new Port.ToListen()));
    } else {
      talk(port(new Port()));
    }
  }

  private int port(Port valid) {
    try {
      return valid.convert(port);
    } catch (TypeConversionException e) {
      throw usageError("invalid PORT: " + e.getMessage());
    }
  }

  private void talk(int port) throws IOException {
    try (Connection server = connecting.connector(calls()).connect(host, port)) {
      notice("connected to " + server.address());
      converse(server, true);
    }
  }

  /** One client at a time: the thread that accepts is the one that talks. */
  private void serve(int port) throws IOException {
    try (Server server = Server.listen(calls(), bind, port, this::say)) {
      notice("listening on " + server.address());
      server.serve(1, Runnable::run, this::answer);
    }
  }

  private void answer(Connection client) {
    notice(client.peer() + " connected");
    try {
      converse(client, false);
    } catch (ConnectionException e) {
      say(e.getMessage()); // The next client may be luckier.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Speaks and listens in turn until either side has had enough. */
  private void converse(Connection peer, boolean speakFirst) throws IOException {
    Messages messages = new Messages(peer, messageGap);
    try (OutputStream out = streams.display()) {
      boolean open = speakFirst || messages.copyNext(out);
      while (open && speak(peer)) {
        open = messages.copyNext(out);
      }
      notice(
          open
              ? "closed the connection to " + peer.peer()
              : peer.peer() + " closed the connection");
    }
  }

  /** The user's turn; false if he ends the conversation. */
  private boolean speak(Connection peer) throws IOException {
    byte[] line = readLine("> ");
    if (line == null || line.length == 0) {
      return false;
    }
    byte[] message = Arrays.copyOf(line, line.length + 1);
    message[line.length] = '\n';
    peer.send(message, message.length);
    return true;
  }
}

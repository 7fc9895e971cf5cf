import cli.ConnectOptions;
import cli.Program;
import cli.StandardStreams;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import sockets.Connection;
import sockets.ConnectionException;
import sockets.Messages;
import sockets.Server;

/** The simplest chat: one server, one client at a time, strictly taking turns. */
public final class OneToOne extends Program {
  private final Supplier<String> host =
      options.parameter("HOST", "Name or address to connect to, or 'server' to be the server.");
  private final Supplier<Integer> port =
      options.port(
          () -> isServer() ? 0 : 1,
          "Port to connect to, 1-65535, or to listen on (0: any that is free).");
  private final ConnectOptions connecting = new ConnectOptions(options);
  private final Supplier<String> bind =
      options.text(
          "ADDRESS", "0.0.0.0", "The server's local address (default 0.0.0.0: all).", "--bind");
  private final Supplier<Duration> messageGap =
      options.seconds(
          "1",
          "A message without a newline ends when nothing follows for so long"
              + " (default 1; 0: it always ends at its newline).",
          "--message-gap");

  /**
   * Not started yet.
   *
   * @param streams the user's input and output
   */
  public OneToOne(StandardStreams streams) {
    super(
        streams,
        "OneToOne",
        "Chat with one peer, strictly taking turns; the client speaks first."
            + " An empty line, or the end of input, closes the connection.",
        "  java -cp blocking-sockets.jar OneToOne server 7000",
        "  java -cp blocking-sockets.jar OneToOne localhost 7000");
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
    if (isServer()) {
      serve();
    } else {
      talk();
    }
  }

  private boolean isServer() {
    return host.get().equals("server");
  }

  private void talk() throws IOException {
    try (Connection server = connecting.connector(calls()).connect(host.get(), port.get())) {
      notice("connected to " + server.address());
      converse(server, true);
    }
  }

  /** One client at a time: the thread that accepts is the one that talks. */
  private void serve() throws IOException {
    try (Server server = Server.listen(calls(), bind.get(), port.get(), this::say)) {
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
    Messages messages = new Messages(peer, messageGap.get());
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

import cli.ConnectOptions;
import cli.Console;
import cli.Port;
import cli.Program;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sockets.Connection;
import sockets.Listener;
import sockets.Messages;

/** The simplest chat: one server, one client at a time, strictly taking turns. */
@Command(
    name = "OneToOne",
    customSynopsis = "OneToOne [OPTIONS] server PORT%n       OneToOne [OPTIONS] HOST PORT",
    description = "Chat in strict turns; the client speaks first. An empty line ends it.",
    footer = {
      "  java -cp blocking-sockets.jar OneToOne server 7000",
      "  java -cp blocking-sockets.jar OneToOne localhost 7000"
    })
final class OneToOne extends ConnectOptions implements Callable<Integer> {
  private final Console console;

  @Parameters(
      paramLabel = "HOST",
      description = "Name or address to connect to, or 'server' to be the server.")
  private String host;

  @Parameters(
      paramLabel = "PORT",
      converter = Port.class,
      description = "Port to connect to, 1-65535, or to listen on (0: any that is free).")
  private int port;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      description = "Server's address (default: all).")
  private String bind = "0.0.0.0";

  @Option(
      names = {"-i", "--idle-timeout"},
      paramLabel = "SECONDS",
      description = "Close the connection when the peer is idle for SECONDS (default 0: never).")
  private Duration idleTimeout = Duration.ZERO;

  @Option(
      names = "--message-gap",
      paramLabel = "SECONDS",
      description = "Silence that ends a message, until a newline has come (default 1; 0: none).")
  private Duration messageGap = Duration.ofSeconds(1);

  OneToOne(Console console) {
    this.console = console;
  }

  public static void main(String... args) {
    Program.main(OneToOne::new, args);
  }

  @Override
  public Integer call() throws IOException {
    if (host.equals("server")) {
      console.refuse("a server does not connect", "-w", "-4", "-6");
      serve();
    } else {
      console.refuse("a client does not listen", "--bind");
      try (Connection server = connect(host, port, null, console)) {
        console.notice("connected to " + server.address());
        console.notice(converse(server, true));
      }
    }
    return 0;
  }

  /** The thread that accepts is the one that talks: one client at a time. */
  private void serve() throws IOException {
    try (Listener listener = Listener.listen(console.calls(), bind, port, console::say)) {
      console.notice("listening on " + listener.address());
      while (true) {
        try (Connection client = listener.accept()) {
          console.discardTyped("before " + client.name() + " connected");
          console.notice(client.name() + " connected");
          console.notice(converse(client, false));
        } catch (SocketException | SocketTimeoutException e) {
          console.say(e.getMessage()); // One client has failed; the next may not.
        }
      }
    }
  }

  /** Speaks and listens in turn until either side ends the conversation; returns how it ended. */
  private String converse(Connection peer, boolean speaksFirst) throws IOException {
    Messages messages = new Messages(peer, messageGap, idleTimeout);
    try (OutputStream out = console.display()) {
      for (boolean speaks = speaksFirst; ; speaks = !speaks) {
        if (speaks && !speak(peer)) {
          return "closed the connection to " + peer.name();
        }
        if (!speaks && !messages.copyNext(out)) {
          return peer.name() + " closed the connection";
        }
      }
    }
  }

  /** The user's turn; false if the user ends the conversation. */
  private boolean speak(Connection peer) throws IOException {
    String line = console.readLine("> ");
    if (line == null || line.isEmpty()) {
      return false;
    }
    byte[] message = (line + "\n").getBytes(StandardCharsets.ISO_8859_1);
    peer.send(message, message.length);
    return true;
  }
}

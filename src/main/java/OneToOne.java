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
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sockets.Connection;
import sockets.Messages;
import sockets.Server;

/** The simplest chat: one server, one client at a time, strictly taking turns. */
@Command(
    name = "OneToOne",
    description =
        "Chat with one peer, strictly taking turns; the client speaks first. An empty line, or the"
            + " end of input, closes the connection.",
    footer = {
      "  java -cp blocking-sockets.jar OneToOne server 7000",
      "  java -cp blocking-sockets.jar OneToOne localhost 7000"
    })
final class OneToOne implements Callable<Integer> {
  @Mixin private Console console;

  @Mixin private ConnectOptions connecting;

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
      description = "The server's local address (default 0.0.0.0: all).")
  private String bind = "0.0.0.0";

  @Option(
      names = {"-i", "--idle-timeout"},
      paramLabel = "SECONDS",
      description =
          "Close the connection when the peer, at its turn, sends nothing for SECONDS (default 0:"
              + " never).")
  private Duration idleTimeout = Duration.ZERO;

  @Option(
      names = "--message-gap",
      paramLabel = "SECONDS",
      description =
          "Take a message without a newline as complete after SECONDS of silence (default 1; 0:"
              + " only a newline ends it).")
  private Duration messageGap = Duration.ofSeconds(1);

  public static void main(String... args) {
    Program.main(new OneToOne(), args);
  }

  @Override
  public Integer call() throws IOException {
    if (host.equals("server")) {
      for (String option : List.of("-w", "-4", "-6")) {
        console.refuse(option, "a server does not connect");
      }
      serve();
    } else {
      console.refuse("--bind", "a client does not listen");
      try (Connection server = connecting.connector(console, port).connect(host, port)) {
        console.notice("connected to " + server.address());
        console.notice(converse(server, true));
      }
    }
    return 0;
  }

  /** One client at a time: the thread that accepts is the one that talks. */
  private void serve() throws IOException {
    try (Server server = Server.listen(console.calls(), bind, port, console::say)) {
      console.printInBackground(() -> {});
      console.notice("listening on " + server.address());
      for (Connection client; (client = server.accept()) != null; ) {
        answer(client);
      }
    }
  }

  private void answer(Connection client) throws IOException {
    try (client) {
      console.discardTyped("before " + client.name() + " connected");
      console.notice(client.name() + " connected");
      console.notice(converse(client, false));
    } catch (SocketException | SocketTimeoutException e) { // The peer's: the server goes on.
      console.say(e.getMessage());
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

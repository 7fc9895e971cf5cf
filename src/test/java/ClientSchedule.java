import static org.junit.jupiter.api.Assertions.assertEquals;

import cli.Running;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import testkit.Peer;

/**
 * OneToOne as a client, run in this JVM as a JVM for each would take too long, and its server: each
 * of the user's lines is sent, and what comes in return is printed.
 */
final class ClientSchedule extends Schedule {
  private enum Ending {
    THE_USER_CLOSES,
    THE_INPUT_ENDS,
    THE_SERVER_CLOSES,
    THE_SERVER_HALF_CLOSES_IN_A_MESSAGE,
    THE_SERVER_RESETS_IN_A_MESSAGE,
    THE_SERVER_RESETS_AFTER_A_MESSAGE;

    boolean isTheUsers() {
      return compareTo(THE_SERVER_CLOSES) < 0;
    }

    boolean isReset() {
      return compareTo(THE_SERVER_RESETS_IN_A_MESSAGE) >= 0;
    }
  }

  private final List<byte[]> messages = lines(random.nextInt(5));
  private final List<byte[]> answers = lines(messages.size());
  private final byte[] lastMessage = line();
  private final byte[] lastAnswer = line();
  private final Ending ending = Ending.values()[random.nextInt(Ending.values().length)];

  /** Sends its answers before it has the messages. */
  private final boolean hasty = random.nextBoolean();

  ClientSchedule(Random random) {
    super(random);
  }

  @Override
  void run() throws IOException {
    try (ServerSocket listening = Peer.listen()) {
      String port = Peer.port(listening);
      Running client = Running.of(OneToOne::new, "--message-gap=0", "127.0.0.1", port);
      type(client);
      try (Peer server = Peer.accept(listening)) {
        serve(server);
        assertEquals(ending.isReset() ? 1 : 0, client.status(), client.err.text());
      }
      check(client.out.bytes());
    }
  }

  private void type(Running client) {
    messages.forEach(message -> client.type(ended(message)));
    if (ending == Ending.THE_USER_CLOSES) {
      client.type(ended(new byte[0])).type(line());
    } else if (!ending.isTheUsers()) {
      // Twice: some endings leave the user another turn.
      client.type(ended(lastMessage)).type(lastMessage);
    }
    client.endInput();
  }

  private void serve(Peer server) throws IOException {
    if (hasty) {
      for (byte[] answer : answers) {
        sendInPieces(server, ended(answer));
      }
    }
    for (int i = 0; i < messages.size(); i++) {
      receiveLine("server", messages.get(i), server);
      if (!hasty) {
        sendInPieces(server, ended(answers.get(i)));
      }
    }
    if (!ending.isTheUsers()) {
      receiveLine("server", lastMessage, server);
    }
    switch (ending) {
      case THE_SERVER_CLOSES -> server.close();
      case THE_SERVER_HALF_CLOSES_IN_A_MESSAGE -> {
        sendInPieces(server, lastAnswer);
        server.halfClose();
        receiveLine("server", lastMessage, server);
        assertBytes("server, at the end", new byte[0], server.receiveAll());
      }
      case THE_SERVER_RESETS_IN_A_MESSAGE -> {
        sendInPieces(server, lastAnswer);
        server.reset();
      }
      case THE_SERVER_RESETS_AFTER_A_MESSAGE -> {
        sendInPieces(server, ended(lastAnswer));
        server.reset();
      }
      default -> assertBytes("server, at the end", new byte[0], server.receiveAll());
    }
  }

  private void check(byte[] output) {
    byte[] printed = withNewlines(answers);
    switch (ending) {
      case THE_SERVER_RESETS_IN_A_MESSAGE -> {
        int cut = Math.min(printed.length, output.length);
        assertBytes("client", printed, Arrays.copyOf(output, cut));
        assertCut("client", lastAnswer, Arrays.copyOfRange(output, cut, output.length));
      }
      case THE_SERVER_HALF_CLOSES_IN_A_MESSAGE, THE_SERVER_RESETS_AFTER_A_MESSAGE ->
          assertBytes("client", join(printed, withNewline(lastAnswer)), output);
      default -> assertBytes("client", printed, output);
    }
  }
}

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import testkit.Child;
import testkit.Peer;

/**
 * One client of a OneToOne server, and the server's user: each message is printed, and answered
 * with a line of the user's.
 */
final class ServerSchedule extends Schedule {
  private enum Ending {
    THE_USER_CLOSES,
    THE_CLIENT_HALF_CLOSES,
    THE_CLIENT_HALF_CLOSES_IN_A_MESSAGE,
    THE_CLIENT_RESETS_IN_A_MESSAGE,
    THE_CLIENT_RESETS_BEFORE_THE_ANSWER;

    boolean isReset() {
      return compareTo(THE_CLIENT_RESETS_IN_A_MESSAGE) >= 0;
    }
  }

  private final Child server;
  private final int port;
  private final String mark;
  private final int start;

  private final List<byte[]> messages = lines(random.nextInt(5));
  private final List<byte[]> answers = lines(messages.size());
  private final byte[] last = line();
  private final byte[] lastAnswer = line();
  private final Ending ending = Ending.values()[random.nextInt(Ending.values().length)];

  /** Does not wait for answers; then a reset would overtake messages. */
  private final boolean hasty = random.nextBoolean() && !ending.isReset();

  private final boolean typesAhead = random.nextBoolean();

  ServerSchedule(Random random, Child server, int port, String mark) {
    super(random);
    this.server = server;
    this.port = port;
    this.mark = mark + "\n";
    start = server.out.bytes().length;
  }

  @Override
  void run() throws IOException {
    try (Peer client = Peer.connect(port)) {
      if (typesAhead) {
        answers.forEach(this::type);
      }
      if (hasty) {
        for (byte[] message : messages) {
          sendInPieces(client, ended(message));
        }
      }
      for (int i = 0; i < messages.size(); i++) {
        if (!hasty) {
          sendInPieces(client, ended(messages.get(i)));
        }
        if (!typesAhead) {
          type(answers.get(i));
        }
        receiveLine("client", answers.get(i), client);
      }
      end(client);
      if (!ending.isReset()) {
        assertBytes("client, at the end", new byte[0], client.receiveAll());
      }
    }
    checkOutput();
  }

  private void end(Peer client) throws IOException {
    switch (ending) {
      case THE_USER_CLOSES -> {
        sendInPieces(client, ended(last));
        server.type("\n");
      }
      case THE_CLIENT_HALF_CLOSES -> client.halfClose();
      case THE_CLIENT_HALF_CLOSES_IN_A_MESSAGE -> {
        sendInPieces(client, last);
        client.halfClose();
        type(lastAnswer);
        receiveLine("client", lastAnswer, client);
      }
      case THE_CLIENT_RESETS_IN_A_MESSAGE -> {
        sendInPieces(client, last);
        client.reset();
      }
      case THE_CLIENT_RESETS_BEFORE_THE_ANSWER -> {
        sendInPieces(client, ended(last));
        server.out.awaitBytes(start + expected().length);
        client.reset();
        type(lastAnswer);
      }
    }
  }

  /** Another conversation shows where the output of this one ends, and that the server goes on. */
  private void checkOutput() throws IOException {
    try (Peer client = Peer.connect(port).send(mark)) {
      server.type("\n");
      assertBytes("the next client", new byte[0], client.receiveAll());
    }
    server.out.await(mark);
    byte[] output = server.out.bytes();
    output = Arrays.copyOfRange(output, start, output.length - mark.getBytes(UTF_8).length);
    byte[] expected = expected();
    if (ending == Ending.THE_CLIENT_RESETS_IN_A_MESSAGE) {
      int cut = Math.min(expected.length, output.length);
      assertCut("server", last, Arrays.copyOfRange(output, cut, output.length));
      output = Arrays.copyOf(output, cut);
    }
    assertBytes("server", expected, output);
  }

  /** What the server prints, but for a message that a reset has cut. */
  private byte[] expected() {
    byte[] printed = withNewlines(messages);
    return switch (ending) {
      case THE_CLIENT_HALF_CLOSES, THE_CLIENT_RESETS_IN_A_MESSAGE -> printed;
      default -> join(printed, withNewline(last));
    };
  }

  private void type(byte[] line) {
    server.type(ended(line));
    pause();
  }
}

import static java.nio.charset.StandardCharsets.UTF_8;

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
    THE_CLIENT_RESETS_BEFORE_THE_ANSWER
  }

  private final Child server;
  private final int port;
  private final byte[] mark;
  private final int start;

  private final List<byte[]> messages = lines(random.nextInt(5));
  private final List<byte[]> answers = lines(messages.size());
  private final byte[] last = line();
  private final byte[] lastAnswer = line();
  private final Ending ending = Ending.values()[random.nextInt(Ending.values().length)];

  /** Does not wait for answers; then a reset would overtake messages. */
  private final boolean hasty = random.nextBoolean() && ending.compareTo(Ending.values()[3]) < 0;

  private final boolean typesAhead = random.nextBoolean();

  ServerSchedule(Random random, Child server, int port, String mark) {
    super(random);
    this.server = server;
    this.port = port;
    this.mark = (mark + "\n").getBytes(UTF_8);
    start = server.out.bytes().length;
  }

  @Override
  void run() throws Exception {
    try (Peer client = Peer.connect(port)) {
      if (typesAhead) {
        answers.forEach(this::type);
      }
      if (hasty) {
        for (byte[] message : messages) {
          sendInPieces(client, join(message, lineEnding()));
        }
      }
      for (int i = 0; i < messages.size(); i++) {
        if (!hasty) {
          sendInPieces(client, join(messages.get(i), lineEnding()));
        }
        if (!typesAhead) {
          type(answers.get(i));
        }
        if (!hasty) {
          receive(client, answers.get(i));
        }
      }
      if (hasty) {
        answers.forEach(answer -> receive(client, answer));
      }
      end(client);
    }
    checkOutput();
  }

  private void end(Peer client) throws Exception {
    switch (ending) {
      case THE_USER_CLOSES:
        sendInPieces(client, join(last, lineEnding()));
        server.type("\n");
        break;
      case THE_CLIENT_HALF_CLOSES:
        client.halfClose();
        break;
      case THE_CLIENT_HALF_CLOSES_IN_A_MESSAGE:
        sendInPieces(client, last);
        client.halfClose();
        type(lastAnswer);
        receive(client, lastAnswer);
        break;
      case THE_CLIENT_RESETS_IN_A_MESSAGE:
        sendInPieces(client, last);
        client.reset();
        return;
      default:
        sendInPieces(client, join(last, lineEnding()));
        server.out.awaitBytes(start + expected().length);
        client.reset();
        type(lastAnswer);
        return;
    }
    assertBytes("client, at the end", new byte[0], client.receiveAll());
  }

  /** Another conversation shows where the output of this one ends, and that the server goes on. */
  private void checkOutput() throws Exception {
    try (Peer client = Peer.connect(port).send(mark)) {
      server.type("\n");
      assertBytes("the next client", new byte[0], client.receiveAll());
    }
    byte[] expected = expected();
    byte[] output = server.out.awaitBytes(start + expected.length + mark.length);
    int end = output.length - mark.length;
    if (ending == Ending.THE_CLIENT_RESETS_IN_A_MESSAGE) {
      int cut = start + expected.length;
      server.out.await(new String(mark, UTF_8));
      output = server.out.bytes();
      end = output.length - mark.length;
      assertBeginning("server", last, Arrays.copyOfRange(output, cut, end));
      end = cut;
    }
    assertBytes("server", expected, Arrays.copyOfRange(output, start, end));
  }

  /** What the server prints, but for a message that a reset has cut. */
  private byte[] expected() {
    byte[] printed = withNewlines(messages);
    switch (ending) {
      case THE_CLIENT_HALF_CLOSES:
      case THE_CLIENT_RESETS_IN_A_MESSAGE:
        return printed;
      default:
        return join(printed, last, new byte[] {'\n'});
    }
  }

  private void type(byte[] line) {
    server.type(join(line, lineEnding()));
    pause();
  }

  private void receive(Peer client, byte[] answer) {
    try {
      byte[] expected = join(answer, new byte[] {'\n'});
      assertBytes("client", expected, client.receive(expected.length));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

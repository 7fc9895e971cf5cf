import static org.junit.jupiter.api.Assertions.assertEquals;

import cli.StandardStreams;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import testkit.Capture;
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
    THE_SERVER_RESETS_AFTER_A_MESSAGE
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
  void run() throws Exception {
    Capture out = new Capture();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (ServerSocket listening = Peer.listen()) {
      StandardStreams streams =
          new StandardStreams(
              new ByteArrayInputStream(typed()), out, new PrintStream(err, true), false, false);
      String port = String.valueOf(listening.getLocalPort());
      FutureTask<Integer> program =
          new FutureTask<>(
              () -> new OneToOne(streams).execute("--message-gap=0", "127.0.0.1", port));
      Thread thread = new Thread(program);
      thread.setDaemon(true);
      thread.start();
      try (Peer server = Peer.accept(listening)) {
        serve(server);
        int status = program.get(Capture.DEADLINE_SECONDS, TimeUnit.SECONDS);
        assertEquals(isReset() ? 1 : 0, status, err.toString());
      }
    }
    check(out.bytes());
  }

  private boolean isReset() {
    return ending.compareTo(Ending.THE_SERVER_RESETS_IN_A_MESSAGE) >= 0;
  }

  /** All that the user types. */
  private byte[] typed() {
    ByteArrayOutputStream typed = new ByteArrayOutputStream();
    for (byte[] message : messages) {
      typed.writeBytes(join(message, lineEnding()));
    }
    switch (ending) {
      case THE_USER_CLOSES:
        typed.writeBytes(join(lineEnding(), line()));
        break;
      case THE_INPUT_ENDS:
        break;
      default:
        // Twice: some endings leave the user another turn.
        typed.writeBytes(join(lastMessage, lineEnding(), lastMessage));
    }
    return typed.toByteArray();
  }

  private void serve(Peer server) throws IOException {
    if (hasty) {
      for (byte[] answer : answers) {
        sendInPieces(server, join(answer, lineEnding()));
      }
    }
    for (int i = 0; i < messages.size(); i++) {
      receive(server, messages.get(i));
      if (!hasty) {
        sendInPieces(server, join(answers.get(i), lineEnding()));
      }
    }
    if (ending.compareTo(Ending.THE_SERVER_CLOSES) >= 0) {
      receive(server, lastMessage);
      end(server);
    } else {
      assertBytes("server, at the end", new byte[0], server.receiveAll());
    }
  }

  private void end(Peer server) throws IOException {
    switch (ending) {
      case THE_SERVER_CLOSES:
        server.close();
        break;
      case THE_SERVER_HALF_CLOSES_IN_A_MESSAGE:
        sendInPieces(server, lastAnswer);
        server.halfClose();
        receive(server, lastMessage);
        assertBytes("server, at the end", new byte[0], server.receiveAll());
        break;
      case THE_SERVER_RESETS_IN_A_MESSAGE:
        sendInPieces(server, lastAnswer);
        server.reset();
        break;
      default:
        sendInPieces(server, join(lastAnswer, lineEnding()));
        server.reset();
    }
  }

  private void check(byte[] output) {
    byte[] printed = withNewlines(answers);
    if (ending == Ending.THE_SERVER_RESETS_IN_A_MESSAGE) {
      int end = Math.min(printed.length, output.length);
      assertBytes("client", printed, Arrays.copyOf(output, end));
      assertBeginning("client", lastAnswer, Arrays.copyOfRange(output, end, output.length));
    } else if (ending == Ending.THE_SERVER_HALF_CLOSES_IN_A_MESSAGE
        || ending == Ending.THE_SERVER_RESETS_AFTER_A_MESSAGE) {
      assertBytes("client", join(printed, lastAnswer, new byte[] {'\n'}), output);
    } else {
      assertBytes("client", printed, output);
    }
  }

  private static void receive(Peer server, byte[] message) throws IOException {
    byte[] expected = join(message, new byte[] {'\n'});
    assertBytes("server", expected, server.receive(expected.length));
  }
}

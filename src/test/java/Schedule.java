import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import testkit.Child;
import testkit.Peer;

/** What the peers and the user do, and when; all of it drawn from one random sequence. */
abstract class Schedule {
  private static final byte[] NEWLINE = {'\n'};

  final Random random;

  Schedule(Random random) {
    this.random = random;
  }

  static Schedule of(long seed, int echoPort, Child chat, int chatPort) {
    Random random = new Random(seed);
    return switch (random.nextInt(3)) {
      case 0 -> new EchoSchedule(random, echoPort, 1 + random.nextInt(4));
      case 1 -> new ServerSchedule(random, chat, chatPort, "#" + seed);
      default -> new ClientSchedule(random);
    };
  }

  /** Does it all, and checks what each side has seen. */
  abstract void run() throws IOException;

  /** None, or one that gives way, or one of less than a millisecond. */
  final void pause() {
    switch (random.nextInt(6)) {
      case 0 -> Thread.yield();
      case 1 -> LockSupport.parkNanos(random.nextInt((int) TimeUnit.MILLISECONDS.toNanos(1)));
      default -> {}
    }
  }

  final void sendInPieces(Peer peer, byte[] bytes) throws IOException {
    int pieces = 1 + random.nextInt(random.nextBoolean() ? 2 : 12);
    int at = 0;
    while (at < bytes.length) {
      int most = --pieces > 0 ? random.nextBoolean() ? 3 : bytes.length : 0;
      int next = most > 0 ? Math.min(at + 1 + random.nextInt(most), bytes.length) : bytes.length;
      peer.send(Arrays.copyOfRange(bytes, at, next));
      pause();
      at = next;
    }
  }

  /** Mostly little. */
  final int size(int most) {
    return 1 + random.nextInt(random.nextInt(8) == 0 ? most : 30);
  }

  /** Any bytes that are one line: no LF in them, and no CR at their end. */
  final byte[] line() {
    byte[] line = new byte[size(20_000)];
    random.nextBytes(line);
    for (int i = 0; i < line.length; i++) {
      line[i] = line[i] == '\n' ? (byte) '\r' : line[i];
    }
    int last = line.length - 1;
    line[last] = line[last] == '\r' ? (byte) 'x' : line[last];
    return line;
  }

  final List<byte[]> lines(int count) {
    return Stream.generate(this::line).limit(count).toList();
  }

  /** A line as a peer or a user may end it. */
  final byte[] ended(byte[] line) {
    return random.nextInt(3) == 0 ? join(line, new byte[] {'\r', '\n'}) : withNewline(line);
  }

  /** A line as a program passes it on. */
  static byte[] withNewline(byte[] line) {
    return join(line, NEWLINE);
  }

  static byte[] withNewlines(List<byte[]> lines) {
    return join(lines.stream().map(Schedule::withNewline).toArray(byte[][]::new));
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }

  static void receiveLine(String whose, byte[] line, Peer peer) throws IOException {
    assertBytes(whose, withNewline(line), peer.receive(line.length + 1));
  }

  static void assertBytes(String whose, byte[] expected, byte[] actual) {
    int difference = Arrays.mismatch(expected, actual);
    if (difference >= 0) {
      throw new AssertionError(
          String.format(
              "%s: %d bytes instead of %d, different from byte %d on",
              whose, actual.length, expected.length, difference));
    }
  }

  /**
   * Checks what is printed of a message that a reset has cut. How much of it had arrived is not to
   * be foreseen, but it is a line of its own.
   */
  static void assertCut(String whose, byte[] message, byte[] actual) {
    if (actual.length > 0) {
      int length = Math.min(actual.length - 1, message.length);
      byte[] expected = withNewline(Arrays.copyOf(message, length));
      assertBytes(whose + ", of a message that was cut", expected, actual);
    }
  }
}

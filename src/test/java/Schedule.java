import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import testkit.Child;
import testkit.Peer;

/** What the peers and the user do, and when; all of it drawn from one random sequence. */
abstract class Schedule {
  final Random random;

  Schedule(Random random) {
    this.random = random;
  }

  static Schedule of(long seed, int echoPort, Child chat, int chatPort) {
    Random random = new Random(seed);
    switch (random.nextInt(3)) {
      case 0:
        return new EchoSchedule(random, echoPort);
      case 1:
        return new ServerSchedule(random, chat, chatPort, "#" + seed);
      default:
        return new ClientSchedule(random);
    }
  }

  /** Does it all, and checks what each side has seen. */
  abstract void run() throws Exception;

  /** None, or one that gives way, or one of less than a millisecond. */
  final void pause() {
    switch (random.nextInt(6)) {
      case 0:
        Thread.yield();
        break;
      case 1:
        LockSupport.parkNanos(random.nextInt((int) TimeUnit.MILLISECONDS.toNanos(1)));
        break;
      default:
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
    List<byte[]> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(line());
    }
    return lines;
  }

  final byte[] lineEnding() {
    return random.nextInt(3) == 0 ? new byte[] {'\r', '\n'} : new byte[] {'\n'};
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }

  /** The lines as a program passes them on. */
  static byte[] withNewlines(List<byte[]> lines) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] line : lines) {
      joined.writeBytes(line);
      joined.write('\n');
    }
    return joined.toByteArray();
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

  /** Some of a message that a reset has cut; how much of it had arrived is not to be foreseen. */
  static void assertBeginning(String whose, byte[] whole, byte[] actual) {
    int length = actual.length;
    if (length > 0 && actual[length - 1] == '\n') {
      length--;
    }
    if (length > whole.length || !Arrays.equals(actual, 0, length, whole, 0, length)) {
      throw new AssertionError(whose + ": not the beginning of the message that was cut");
    }
  }
}

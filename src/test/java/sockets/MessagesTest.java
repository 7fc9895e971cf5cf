package sockets;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static sockets.ScriptedSocket.SILENCE;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import testkit.Capture;
import testkit.Peer;

class MessagesTest {
  private static final Duration GAP = Duration.ofSeconds(1);
  private static final String PAUSE = "(pause)";

  /** The messages that come of pieces, each with the LF that must be written after it. */
  private static List<String> messages(Duration gap, String... pieces) throws IOException {
    List<byte[]> script = new ArrayList<>();
    for (String piece : pieces) {
      script.add(piece.equals(PAUSE) ? SILENCE : piece.getBytes(ISO_8859_1));
    }
    return messages(gap, script);
  }

  private static List<String> messages(Duration gap, List<byte[]> script) throws IOException {
    Messages messages = new Messages(new ScriptedSocket(script).connection(), gap);
    List<String> result = new ArrayList<>();
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    while (messages.copyNext(to)) {
      result.add(to.toString(ISO_8859_1));
      to.reset();
    }
    assertEquals("", to.toString(ISO_8859_1), "nothing is written when there is no message");
    return result;
  }

  @Test
  void aLineIsAMessage() throws IOException {
    assertEquals(List.of("hello\n"), messages(GAP, "hello\n"));
  }

  @Test
  void crLfEndsAMessageToo() throws IOException {
    assertEquals(List.of("hello\n"), messages(GAP, "hello\r\n"));
    assertEquals(List.of("hello\n", "x\n"), messages(GAP, "hello\r", "\nx\n"));
  }

  @Test
  void aLoneCarriageReturnIsData() throws IOException {
    assertEquals(List.of("a\rb\n"), messages(GAP, "a\rb\n"));
    assertEquals(List.of("a\rb\n"), messages(GAP, "a\r", "b\n"));
    assertEquals(List.of("a\r\n"), messages(GAP, "a\r\r\n"));
    assertEquals(List.of("a\r\r\n"), messages(GAP, "a\r", "\r", "\r", "\n"));
  }

  @Test
  void anEmptyLineIsAMessage() throws IOException {
    assertEquals(List.of("\n", "\n", "a\n", "\n"), messages(GAP, "\n\r\na\n", "\n"));
  }

  @Test
  void severalMessagesCanComeAtOnce() throws IOException {
    assertEquals(List.of("a\n", "b\n", "c\n"), messages(GAP, "a\nb\nc\n"));
  }

  @Test
  void piecesOfALineAreOneMessage() throws IOException {
    assertEquals(List.of("hello world\n"), messages(GAP, "h", "ello", " ", "world", "\n"));
  }

  @Test
  void silenceEndsBareText() throws IOException {
    assertEquals(List.of("hello\n", "you\n"), messages(GAP, "hello", PAUSE, "you", PAUSE));
  }

  @Test
  void silenceEndsTheRestOfASegment() throws IOException {
    assertEquals(List.of("a\n", "b\n"), messages(GAP, "a\nb", PAUSE));
  }

  @Test
  void silenceBeforeAMessageEndsNothing() throws IOException {
    assertEquals(List.of("a\n", "b\n"), messages(GAP, PAUSE, PAUSE, "a\n", PAUSE, "b\n"));
  }

  @Test
  void aLineEndingAfterTheSilenceIsNoMessage() throws IOException {
    assertEquals(List.of("a\n", "b\n"), messages(GAP, "a", PAUSE, "\n", "b\n"));
    assertEquals(List.of("a\n", "b\n"), messages(GAP, "a", PAUSE, "\r\nb\n"));
    assertEquals(List.of("a\n", "b\n"), messages(GAP, "a", PAUSE, "\r", "\nb\n"));
    assertEquals(List.of("a\n", "b\n"), messages(GAP, "a\r", PAUSE, "\nb\n"));
    assertEquals(List.of("a\n", "b\n"), messages(GAP, "a", PAUSE, "\n", PAUSE, "b\n"));
    assertEquals(List.of("a\n"), messages(GAP, "a", PAUSE, "\n"));
  }

  @Test
  void onlyOneLineEndingIsLate() throws IOException {
    assertEquals(List.of("a\n", "\n", "b\n"), messages(GAP, "a", PAUSE, "\n\nb\n"));
    assertEquals(List.of("a\n", "b\n", "\n"), messages(GAP, "a", PAUSE, "b\n\n"));
  }

  @Test
  void carriageReturnsBeforeALateLineEndingAreData() throws IOException {
    assertEquals(List.of("a\n", "\r\n", "b\n"), messages(GAP, "a", PAUSE, "\r\r\n", "b\n"));
    assertEquals(List.of("a\n", "\r\n", "b\n"), messages(GAP, "a", PAUSE, "\r", "\r\n", "b\n"));
  }

  @Test
  void withoutAGapOnlyANewlineEndsAMessage() throws IOException {
    assertEquals(List.of("ab\n"), messages(Duration.ZERO, "a", PAUSE, "b", PAUSE, "\n"));
  }

  @Test
  void theEndOfTheStreamEndsAMessage() throws IOException {
    assertEquals(List.of("a\n", "b\n"), messages(GAP, "a\nb"));
    assertEquals(List.of("b\n"), messages(Duration.ZERO, "b\r"));
    assertEquals(List.of(), messages(GAP));
  }

  @Test
  void allOtherBytesAreKeptAsTheyAre() throws IOException {
    StringBuilder line = new StringBuilder();
    for (char c = 0; c < 256; c++) {
      line.append(c == '\n' ? "" : c);
    }
    assertEquals(List.of(line + "\n"), messages(GAP, line + "\n"));
  }

  @Test
  void aLineFeedCanBeAnywhereAroundTheEndOfTheBuffer() throws IOException {
    for (int length = 8189; length <= 8194; length++) {
      for (String ending : new String[] {"\n", "\r\n", "\rx\n"}) {
        String stream = "x".repeat(length) + ending + "next\n";
        List<byte[]> script = new ArrayList<>();
        for (int i = 0; i < stream.length(); i += 8192) {
          String piece = stream.substring(i, Math.min(i + 8192, stream.length()));
          script.add(piece.getBytes(ISO_8859_1));
        }
        String line = "x".repeat(length) + (ending.equals("\rx\n") ? "\rx\n" : "\n");
        assertEquals(List.of(line, "next\n"), messages(GAP, script));
      }
    }
  }

  @Test
  void manyRandomSchedulesGiveWhatASimpleModelGives() throws IOException {
    for (long seed = 0; seed < 5000; seed++) {
      Random random = new Random(seed);
      Duration gap = random.nextInt(4) == 0 ? Duration.ZERO : GAP;
      List<byte[]> script = new ArrayList<>();
      for (int i = random.nextInt(12); i > 0; i--) {
        script.add(random.nextInt(3) == 0 ? SILENCE : randomPiece(random));
      }
      assertEquals(model(gap, script), messages(gap, script), "seed " + seed);
    }
  }

  private static byte[] randomPiece(Random random) {
    byte[] piece = new byte[1 + random.nextInt(random.nextInt(50) == 0 ? 8192 : 4)];
    for (int i = 0; i < piece.length; i++) {
      piece[i] = (byte) "\r\n\r\nab\u00e4".charAt(random.nextInt(7));
    }
    return piece;
  }

  private static List<String> model(Duration gap, List<byte[]> script) {
    List<String> messages = new ArrayList<>();
    String message = "";
    boolean late = false;
    for (byte[] piece : script) {
      if (piece == SILENCE) {
        if (!gap.isZero() && !message.isEmpty()) {
          messages.add(withLineFeed(message));
          message = "";
          late = true;
        }
        continue;
      }
      for (byte b : piece) {
        if (b != '\n') {
          message += (char) (b & 0xff);
          continue;
        }
        if (!late || !withLineFeed(message).equals("\n")) {
          messages.add(withLineFeed(message));
        }
        message = "";
        late = false;
      }
    }
    if (!message.isEmpty()) {
      messages.add(withLineFeed(message));
    }
    return messages;
  }

  private static String withLineFeed(String message) {
    return message.replaceFirst("\r$", "") + "\n";
  }

  @Test
  void aMessageIsCopiedAsItArrives() throws Exception {
    try (ServerSocket listener = Peer.listen();
        Peer peer = Peer.connect(listener.getLocalPort());
        Connection connection = Connection.accepted(listener.accept())) {
      Capture to = new Capture();
      Thread thread = copyOne(new Messages(connection, Duration.ZERO), to);
      peer.send("first ");
      to.await("first ");
      peer.send("second");
      to.await("second");
      peer.send("\n");
      to.await("\n");
      thread.join();
      assertEquals("first second\n", to.text());
    }
  }

  @Test
  void realSilenceEndsBareTextAndTheLateLineEndingIsSwallowed() throws Exception {
    try (ServerSocket listener = Peer.listen();
        Peer peer = Peer.connect(listener.getLocalPort());
        Connection connection = Connection.accepted(listener.accept())) {
      Messages messages = new Messages(connection, Duration.ofMillis(50));
      Capture to = new Capture();
      Thread first = copyOne(messages, to);
      peer.send("bare");
      to.await("bare\n");
      first.join();
      peer.send("\r\n").send("next\n").halfClose();
      assertTrue(messages.copyNext(to));
      assertFalse(messages.copyNext(to));
      assertEquals("bare\nnext\n", to.text());
    }
  }

  private static Thread copyOne(Messages messages, Capture to) {
    Thread thread =
        new Thread(
            () -> {
              try {
                messages.copyNext(to);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    thread.start();
    return thread;
  }

  @Test
  void aMessageCanBeLargerThanAnyBuffer() throws Exception {
    byte[] line = new byte[1 << 20];
    Arrays.fill(line, (byte) 'x');
    line[line.length - 1] = '\n';
    try (ServerSocket listener = Peer.listen();
        Peer peer = Peer.connect(listener.getLocalPort());
        Connection connection = Connection.accepted(listener.accept())) {
      Capture to = new Capture();
      Thread thread = copyOne(new Messages(connection, Duration.ZERO), to);
      peer.send(line);
      thread.join();
      assertArrayEquals(line, to.bytes());
    }
  }

  @Test
  void aResetInMidMessageIsToldAfterWhatHadCome() throws Exception {
    try (ServerSocket listener = Peer.listen();
        Peer peer = Peer.connect(listener.getLocalPort());
        Socket socket = listener.accept();
        Connection connection = new Connection(socket, "peer")) {
      Capture to = new Capture();
      Messages messages = new Messages(connection, Duration.ZERO);
      Thread resetter =
          new Thread(
              () -> {
                to.await("half");
                try {
                  peer.reset();
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      resetter.start();
      peer.send("half");
      ConnectionException e = assertThrows(ConnectionException.class, () -> messages.copyNext(to));
      assertEquals("connection to peer lost: Connection reset", e.getMessage());
      assertEquals("half\n", to.text());
      resetter.join();
    }
  }
}

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;

class OneToOneIT {
  /** One thread writes both outputs, so as one they show what came first. */
  private static final String ONE_OUTPUT = "exec \"$@\" >&2";

  @Test
  void serverAndClientTakeTurnsAndTheClientSpeaksFirst() {
    try (Child server = server();
        Child client = client(server.port())) {
      server.type("typed too early\n");
      client.type("one\n");
      server.out.await("one\n");
      client.out.await("typed too early\n");
      client.type("two\n");
      server.out.await("two\n");
      server.type("three\n");
      client.out.await("three\n");
      client.endInput();
      assertEquals(0, client.exitStatus());
      server.err.await(" closed the connection\n");
      assertTrue(server.isRunning());

      assertEquals("one\ntwo\n", server.out.text());
      assertEquals("typed too early\nthree\n", client.out.text());
      String address = "127.0.0.1:" + server.port();
      assertEquals(
          String.format(
              "OneToOne: connected to %1$s\nOneToOne: closed the connection to %1$s\n", address),
          client.err.text(),
          "and no prompts, where nobody sees them");
      assertTrue(
          server
              .err
              .text()
              .matches(
                  "OneToOne: listening on 127\\.0\\.0\\.1:\\d+\n"
                      + "OneToOne: (127\\.0\\.0\\.1:\\d+) connected\n"
                      + "OneToOne: \\1 closed the connection\n"),
          server.err.text());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n"})
  void aBlankLineEndsTheClient(String blank) throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child client = client(listening.getLocalPort());
        Peer server = Peer.accept(listening)) {
      client.type("hello\n");
      assertEquals("hello\n", server.receiveLine());
      server.send("hello yourself\n");
      client.type(blank);
      assertEquals("", server.receiveLine(), "end of stream");
      assertEquals(0, client.exitStatus());
    }
  }

  @Test
  void theClientEndsWithTheConnection() throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child client = client(listening.getLocalPort());
        Peer server = Peer.accept(listening)) {
      client.type("hello\n");
      server.receiveLine();
      server.halfClose();
      assertEquals(0, client.exitStatus());
      client.err.await(
          "OneToOne: 127.0.0.1:" + listening.getLocalPort() + " closed the connection\n");
    }
  }

  @Test
  void aBlankLineAtTheServerEndsTheConversationAndTheNextOneBegins() throws IOException {
    try (Child server = server();
        Peer first = Peer.connect(server.port())) {
      first.send("one\n");
      server.type("\n");
      assertEquals(0, first.receiveAll().length);
      server.err.await(
          "OneToOne: closed the connection to 127.0.0.1:" + first.socket.getLocalPort());
      answersNext(server);
    }
  }

  @Test
  void theEndOfInputAtTheServerEndsEachConversationAtItsTurn() throws IOException {
    try (Child server = server()) {
      server.endInput();
      for (String text : List.of("one\n", "two\n", "three\n")) {
        try (Peer client = Peer.connect(server.port())) {
          client.send(text);
          assertEquals(0, client.receiveAll().length);
        }
      }
      server.out.await("one\ntwo\nthree\n");
      assertTrue(server.isRunning());
    }
  }

  @Test
  void theSecondClientWaitsAndIsThenServed() throws IOException {
    try (Child server = server();
        Peer first = Peer.connect(server.port());
        Peer second = Peer.connect(server.port())) {
      second.send("from the second\n");
      first.send("from the first\n");
      server.out.await("from the first\n");
      server.type("to the first\n");
      assertEquals("to the first\n", first.receiveLine());
      first.send("more from the first\n");
      server.out.await("more from the first\n");
      assertFalse(server.out.text().contains("from the second"));
      server.type("more to the first\n");
      first.halfClose();
      assertEquals("more to the first\n", new String(first.receiveAll()));
      server.out.await("from the second\n");
      server.type("to the second\n");
      assertEquals("to the second\n", second.receiveLine());
      server.err.await(":" + second.socket.getLocalPort() + " connected\n");
    }
  }

  @Test
  void theServerOutlivesAReset() throws IOException {
    try (Child server = server();
        Peer client = Peer.connect(server.port())) {
      client.send("hello\n");
      server.out.await("hello\n");
      server.type("hello yourself\n");
      client.receiveLine();
      int port = client.socket.getLocalPort();
      client.reset();
      server.err.await("OneToOne: connection to 127.0.0.1:" + port + " lost: Connection reset\n");
      answersNext(server);
    }
  }

  @Test
  void silenceEndsAMessageWithoutANewline() throws IOException {
    try (Child server = server("--message-gap=0.1");
        Peer client = Peer.connect(server.port())) {
      client.send("hello");
      server.out.await("hello\n");
      server.type("hello yourself\n");
      assertEquals("hello yourself\n", client.receiveLine());
      client.send("bye");
      server.out.await("hello\nbye\n");
    }
  }

  @Test
  void silenceEndsAMessageByDefaultToo() throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child client = client(listening.getLocalPort());
        Peer server = Peer.accept(listening)) {
      client.type("one\ntwo\n");
      server.receiveLine();
      server.send("hello");
      assertEquals("two\n", server.receiveLine());
      shows("hello\n", client);
    }
  }

  @Test
  void aNewlineThatComesAfterTheSilenceIsNoMessageOfItsOwn() throws IOException {
    try (Child server = server("--message-gap=0.1");
        Peer client = Peer.connect(server.port())) {
      client.send("hello");
      server.type("one\ntwo\n");
      assertEquals("one\n", client.receiveLine());
      client.send("\nbye\n");
      assertEquals("two\n", client.receiveLine());
      shows("hello\nbye\n", server);
    }
  }

  @Test
  void aLineInPiecesIsOneMessageAndIsShownAsItArrives() throws IOException {
    try (Child server = server("--message-gap=600");
        Peer client = Peer.connect(server.port())) {
      client.send("hel");
      server.out.await("hel");
      client.send("lo, ");
      server.out.await("hello, ");
      client.send("world\n");
      server.out.await("hello, world\n");
      server.type("hello yourself\n");
      assertEquals("hello yourself\n", client.receiveLine());
      shows("hello, world\n", server);
    }
  }

  @Test
  void noSilenceEndsAMessageWhenTheGapIsZero() throws IOException {
    try (Child server = server("--message-gap=0");
        Peer client = Peer.connect(server.port())) {
      server.type("hello yourself\n");
      client.send("hel");
      server.out.await("hel");
      client.socket.setSoTimeout(1500);
      assertThrows(SocketTimeoutException.class, client::receiveLine, "more than the usual gap");
      client.socket.setSoTimeout(30_000);
      client.send("lo\n");
      assertEquals("hello yourself\n", client.receiveLine());
      shows("hello\n", server);
    }
  }

  @Test
  void theEndOfTheStreamEndsAMessageToo() throws IOException {
    try (Child server = server("--message-gap=0");
        Peer client = Peer.connect(server.port())) {
      client.send("last words").halfClose();
      server.out.await("last words\n");
      server.type("so long\n");
      assertEquals("so long\n", new String(client.receiveAll()));
      server.err.await(" closed the connection\n");
    }
  }

  @Test
  void crlfEndsALineAndIsNotPartOfIt() throws IOException {
    try (Child server = server();
        Peer client = Peer.connect(server.port())) {
      server.type("one\r\ntwo\n");
      client.send("a \r b\r\n");
      assertEquals("one\n", client.receiveLine());
      client.send("\r\n");
      assertEquals("two\n", client.receiveLine());
      shows("a \r b\n\n", server);
    }
  }

  @Test
  void whatAPeerSendsAheadIsShownOneMessageATurn() throws IOException {
    try (Child server = Child.inShell(ONE_OUTPUT, List.of(), "OneToOne", "--trace", "server", "0");
        Peer client = Peer.connect(server.port())) {
      client.send("one\ntwo\nthree\n");
      server.type("1\n22\n333\n");
      assertEquals("1\n", client.receiveLine());
      assertEquals("22\n", client.receiveLine());
      assertEquals("333\n", client.receiveLine());
      assertEquals(
          List.of(
              "one",
              "read(keyboard) = 2 bytes",
              "send(2 bytes) = ok",
              "two",
              "read(keyboard) = 3 bytes",
              "send(3 bytes) = ok",
              "three",
              "read(keyboard) = 4 bytes",
              "send(4 bytes) = ok"),
          turns(server.err.await("send(4 bytes) = ok")));
    }
  }

  @Test
  void whatTheUserTypesAheadIsSentOneLineATurn() throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child client =
            Child.inShell(
                ONE_OUTPUT,
                List.of(),
                "OneToOne",
                "--trace",
                "127.0.0.1",
                String.valueOf(listening.getLocalPort()));
        Peer server = Peer.accept(listening)) {
      client.type("1\n22\n").endInput();
      assertEquals("1\n", server.receiveLine());
      server.send("one\n");
      assertEquals("22\n", server.receiveLine());
      server.send("two\n");
      assertEquals(0, server.receiveAll().length);
      assertEquals(0, client.exitStatus());
      assertEquals(
          List.of(
              "read(keyboard) = 2 bytes",
              "send(2 bytes) = ok",
              "one",
              "read(keyboard) = 3 bytes",
              "send(3 bytes) = ok",
              "two",
              "read(keyboard) = end of input"),
          turns(client.err.text()));
    }
  }

  @Test
  void longMessagesOfAnyBytesArriveWhole() throws IOException {
    byte[] heard = randomLine(3_000_000);
    byte[] typed = randomLine(300_000);
    try (Child server = server();
        Peer client = Peer.connect(server.port())) {
      client.send(heard);
      server.type(typed);
      assertArrayEquals(typed, client.receive(typed.length));
      server.signal("TERM");
      server.exitStatus(); // Now all of its output is here.
      assertArrayEquals(heard, server.out.bytes());
    }
  }

  private static byte[] randomLine(int length) {
    byte[] line = new byte[length];
    new Random(length).nextBytes(line);
    for (int i = 0; i < length; i++) {
      line[i] = line[i] == '\n' ? 0 : line[i];
    }
    line[length - 2] = '.'; // No CR there, as CRLF becomes LF.
    line[length - 1] = '\n';
    return line;
  }

  @Test
  void theServerListensWhereItIsTold() throws IOException {
    try (Child everywhere = server("--bind=0.0.0.0");
        Child here = server("--bind=127.0.0.1");
        Socket socket = new Socket()) {
      new Socket("127.0.0.2", everywhere.port()).close();
      here.err.await("OneToOne: listening on 127.0.0.1:" + here.port() + "\n");
      assertThrows(
          ConnectException.class,
          () -> socket.connect(new InetSocketAddress("127.0.0.2", here.port())));
    }
  }

  @Test
  void quietMeansNoNotices() throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child client =
            Child.of("OneToOne", "-q", "127.0.0.1", String.valueOf(listening.getLocalPort()));
        Peer server = Peer.accept(listening)) {
      client.type("hello\n\n");
      server.receiveLine();
      server.send("bye\n");
      assertEquals(0, client.exitStatus());
      assertEquals("bye\n", client.out.text());
      assertEquals("", client.err.text());
    }
  }

  @Test
  void aClientOnATerminalIsPromptedAtItsTurn() throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child screen =
            Child.onTerminal("OneToOne", "127.0.0.1", String.valueOf(listening.getLocalPort()));
        Peer server = Peer.accept(listening)) {
      screen.out.await("> ");
      screen.type("hello\n");
      server.receiveLine();
      server.send("hello yourself\n");
      screen.out.await("hello yourself\r\n> ");
      screen.type("\u0004"); // Ctrl-D
      assertEquals(0, screen.exitStatus());
      String address = "127.0.0.1:" + listening.getLocalPort();
      assertEquals(
          String.format(
              "OneToOne: connected to %1$s\r\n"
                  + "> hello\r\n"
                  + "hello yourself\r\n"
                  + "> \r\n"
                  + "OneToOne: closed the connection to %1$s\r\n",
              address),
          screen.out.text());
    }
  }

  @Test
  void aServerOnATerminalIsPromptedAtItsTurn() throws IOException {
    try (Child screen = Child.onTerminal("OneToOne", "server", "0");
        Peer client = Peer.connect(portOnScreen(screen))) {
      screen.out.await(" connected\r\n");
      client.send("hello\n");
      screen.out.await("> ");
      screen.type("hello yourself\n");
      assertEquals("hello yourself\n", client.receiveLine());
      client.send("bye\n");
      screen.out.await("bye\r\n> ");
      screen.type("\n");
      assertEquals(0, client.receiveAll().length);
      screen.out.await("OneToOne: closed the connection to ");
      String address = "127.0.0.1:" + client.socket.getLocalPort();
      assertEquals(
          String.format(
              "OneToOne: listening on 127.0.0.1:%2$d\r\n"
                  + "OneToOne: %1$s connected\r\n"
                  + "hello\r\n"
                  + "> hello yourself\r\n"
                  + "bye\r\n"
                  + "> \r\n"
                  + "OneToOne: closed the connection to %1$s\r\n",
              address, client.socket.getPort()),
          screen.out.await(address + "\r\n"));
    }
  }

  private static Child server(String... options) {
    String[] arguments =
        Arrays.copyOf(new String[] {"OneToOne", "server", "0"}, 3 + options.length);
    System.arraycopy(options, 0, arguments, 3, options.length);
    return Child.of(arguments);
  }

  private static Child client(int port) {
    return Child.of("OneToOne", "127.0.0.1", String.valueOf(port));
  }

  /** Waits until all that a program has printed is this. */
  private static void shows(String expected, Child child) {
    child.out.await("just '" + expected + "'", expected::equals);
  }

  private static void answersNext(Child server) throws IOException {
    try (Peer next = Peer.connect(server.port())) {
      next.send("next, please\n");
      server.out.await("next, please\n");
      server.type("here you are\n");
      assertEquals("here you are\n", next.receiveLine());
    }
  }

  private static int portOnScreen(Child screen) {
    Pattern notice = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)\r\n");
    Matcher matcher =
        notice.matcher(screen.out.await("the port", text -> notice.matcher(text).find()));
    matcher.find();
    return Integer.parseInt(matcher.group(1));
  }

  /** The messages shown, and the calls of the user's turn, in the order in which they were. */
  private static List<String> turns(String output) {
    return output
        .lines()
        .filter(line -> line.matches("[a-z]+|.* (read|send)\\(.* = .*"))
        .map(line -> line.replaceFirst(".* (read|send)", "$1").replaceFirst(" after .*", ""))
        .toList();
  }
}

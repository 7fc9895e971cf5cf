import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cli.Running;
import cli.StandardStreams;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Capture;
import testkit.Peer;

class OneToOneTest {
  private static String lines(String... lines) {
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }

  private static Running server(String... options) {
    return Running.of(OneToOne::new, serverArguments(options));
  }

  private static String[] serverArguments(String... options) {
    return (String.join(" ", options) + " --bind 127.0.0.1 server 0").trim().split(" +");
  }

  private static String name(Peer client) {
    return "127.0.0.1:" + client.socket.getLocalPort();
  }

  @Nested
  class Client {
    private Running client(ServerSocket listener, String... options) {
      return Running.of(OneToOne::new, arguments(listener, options));
    }

    private String[] arguments(ServerSocket listener, String... options) {
      String end = " 127.0.0.1 " + listener.getLocalPort();
      return (String.join(" ", options) + end).trim().split(" +");
    }

    @Test
    void speaksFirstAndThenTheTwoTakeTurns() throws IOException {
      try (ServerSocket listener = Peer.listen()) {
        Running client = client(listener).type("one\ntwo\nthree\n");
        Peer server = Peer.accept(listener);
        assertEquals("one\n", server.receiveLine());
        assertEquals(0, server.socket.getInputStream().available(), "typed ahead, not sent");
        server.send("ein\n");
        assertEquals("two\n", server.receiveLine());
        client.out.await("ein\n");
        server.send("zwei\r\n");
        assertEquals("three\n", server.receiveLine());
        server.close();
        assertEquals(0, client.status());
        assertEquals("ein\nzwei\n", client.out.text());
        String address = "127.0.0.1:" + listener.getLocalPort();
        assertEquals(
            lines(
                "OneToOne: connected to " + address,
                "OneToOne: " + address + " closed the connection"),
            client.err.text());
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", ""})
    void anEmptyLineOrTheEndOfInputClosesTheConnection(String input) throws IOException {
      try (ServerSocket listener = Peer.listen()) {
        Running client = client(listener).type(input).endInput();
        try (Peer server = Peer.accept(listener)) {
          assertEquals(0, server.receiveAll().length);
        }
        assertEquals(0, client.status());
        String address = "127.0.0.1:" + listener.getLocalPort();
        assertEquals(
            lines(
                "OneToOne: connected to " + address,
                "OneToOne: closed the connection to " + address),
            client.err.text());
      }
    }

    @Test
    void bytesAreSentAsTheyAreWithLineFeed() throws IOException {
      try (ServerSocket listener = Peer.listen()) {
        byte[] line = {0, (byte) 0xff, '\r', (byte) 0x80, ' ', '\r', '\n'};
        Running client = client(listener).type(line);
        try (Peer server = Peer.accept(listener)) {
          byte[] sent = {0, (byte) 0xff, '\r', (byte) 0x80, ' ', '\n'};
          assertArrayEquals(sent, server.receive(sent.length));
        }
        assertEquals(0, client.status());
      }
    }

    @Test
    void aResetIsAFailure() throws IOException {
      try (ServerSocket listener = Peer.listen()) {
        Running client = client(listener, "-q").type("hello\n");
        Peer server = Peer.accept(listener);
        server.receiveLine();
        server.reset();
        assertEquals(1, client.status());
        assertEquals(
            lines(
                "OneToOne: connection to 127.0.0.1:"
                    + listener.getLocalPort()
                    + " lost: Connection reset"),
            client.err.text());
      }
    }

    @Test
    void refusedIsAFailure() throws IOException {
      ServerSocket listener = Peer.listen();
      listener.close();
      Running client = client(listener);
      assertEquals(1, client.status());
      assertEquals(
          lines(
              "OneToOne: cannot connect to 127.0.0.1:"
                  + listener.getLocalPort()
                  + ": Connection refused"),
          client.err.text());
    }

    @Test
    void aPersonIsPromptedOnHisTurnsOnly() throws IOException {
      try (ServerSocket listener = Peer.listen()) {
        Running client = Running.onTerminal(OneToOne::new, arguments(listener, "-q"));
        client.err.await("> ");
        client.type("hello\n");
        try (Peer server = Peer.accept(listener)) {
          server.receiveLine();
          assertEquals("> ", client.err.text());
          server.send("\u001b[1mhi\r\n");
          client.err.await("> > ");
          assertEquals("^[[1mhi\n", client.out.text());
          client.endInput();
          assertEquals(0, client.status());
          assertEquals(lines("> > "), client.err.text());
        }
      }
    }

    @Test
    void bareTextIsTakenAsAMessageAfterTheGap() throws IOException {
      try (ServerSocket listener = Peer.listen()) {
        Running client = client(listener, "--message-gap=0.05").type("one\ntwo\n");
        try (Peer server = Peer.accept(listener)) {
          server.receiveLine();
          server.send("bare");
          assertEquals("two\n", server.receiveLine());
          assertEquals("bare\n", client.out.text());
        }
        assertEquals(0, client.status());
      }
    }

    @Test
    void aTraceTakesThePlaceOfThePrompt() throws IOException {
      try (ServerSocket listener = Peer.listen()) {
        Running client = Running.onTerminal(OneToOne::new, arguments(listener, "-qt"));
        client.err.await(" main      read(keyboard) ...");
        client.type("\n");
        assertEquals(0, client.status());
        assertFalse(client.err.text().contains(">"), client.err.text());
      }
    }
  }

  @Nested
  class Listening {
    @Test
    void listensFirstAndThenTheTwoTakeTurns() throws IOException {
      Running server = server().type("ein\nzwei\n");
      try (Peer client = Peer.connect(server.port())) {
        client.send("one\n");
        assertEquals("ein\n", client.receiveLine());
        assertEquals("one\n", server.out.text());
        client.send("two\n");
        assertEquals("zwei\n", client.receiveLine());
        assertEquals("one\ntwo\n", server.out.text());
        client.halfClose();
        assertEquals(0, client.receiveAll().length);
        server.err.await(name(client) + " closed the connection");
        assertEquals(
            lines(
                "OneToOne: listening on 127.0.0.1:" + server.port(),
                "OneToOne: " + name(client) + " connected",
                "OneToOne: " + name(client) + " closed the connection"),
            server.err.text());
      }
      assertFalse(server.hasEnded());
    }

    @Test
    void bindsAllAddressesByDefault() {
      Running server = Running.of(OneToOne::new, "server", "0");
      server.err.await("OneToOne: listening on 0.0.0.0:" + server.port());
    }

    @Test
    void anEmptyLineClosesTheConnectionAndTheNextClientIsServed() throws IOException {
      Running server = server().type("\nhello\n");
      try (Peer one = Peer.connect(server.port()).send("one\n");
          Peer two = Peer.connect(server.port()).send("two\n")) {
        assertEquals(0, one.receiveAll().length);
        assertEquals("hello\n", two.receiveLine());
        String said = server.err.await(name(two) + " connected");
        assertTrue(said.contains("closed the connection to " + name(one)), said);
        assertEquals("one\ntwo\n", server.out.text());
      }
    }

    @Test
    void othersWaitUntilTheFirstHasLeft() throws IOException {
      Running server = server();
      Peer one = Peer.connect(server.port()).send("one\n");
      server.out.await("one\n");
      try (Peer two = Peer.connect(server.port()).send("two\n")) {
        server.type("to one\n");
        assertEquals("to one\n", one.receiveLine());
        assertEquals("one\n", server.out.text());
        assertFalse(server.err.text().contains(name(two)), server.err.text());
        one.close();
        server.out.await("one\ntwo\n");
        server.type("to two\n");
        assertEquals("to two\n", two.receiveLine());
      }
    }

    @Test
    void aPeerThatResetsOrVanishesNeverEndsTheServer() throws IOException {
      Running server = server("--message-gap=0");
      Peer resets = Peer.connect(server.port()).send("half");
      server.out.await("half");
      resets.reset();
      server.err.await("OneToOne: connection to " + name(resets) + " lost: Connection reset");

      Peer leaves = Peer.connect(server.port()).send("and go");
      leaves.close();
      server.out.await("and go\n");
      server.type("too late\n");
      server.err.await(name(leaves) + " c"); // connected, then closed the connection or was lost

      try (Peer stays = Peer.connect(server.port()).send("hello\n")) {
        server.out.await("hello\n");
        server.type("hi\n");
        assertEquals("hi\n", stays.receiveLine());
      }
    }

    @Test
    void aMessageIsPrintedAsItArrives() throws IOException {
      Running server = server("--message-gap=0");
      try (Peer client = Peer.connect(server.port()).send("first ")) {
        server.out.await("first ");
        client.send("second\n");
        server.out.await("first second\n");
      }
    }

    @Test
    void inputThatCannotBeReadEndsTheServer() throws IOException {
      Running server = server().breakInput();
      try (Peer client = Peer.connect(server.port()).send("hello\n")) {
        assertEquals(1, server.status());
        assertTrue(
            server
                .err
                .text()
                .endsWith(lines("OneToOne: cannot read standard input: Input/output error")),
            server.err.text());
        assertEquals(0, client.receiveAll().length);
      }
    }

    @Test
    void outputThatCannotBeWrittenEndsTheServer() throws Exception {
      OutputStream broken =
          new OutputStream() {
            @Override
            public void write(int b) throws IOException {
              throw new IOException("Broken pipe");
            }
          };
      Capture err = new Capture();
      StandardStreams streams =
          new StandardStreams(
              new ByteArrayInputStream(new byte[0]),
              broken,
              new PrintStream(err, true, UTF_8),
              false,
              false);
      int[] status = {-1};
      Thread thread =
          new Thread(() -> status[0] = new OneToOne(streams).execute(serverArguments()));
      thread.start();
      String port = err.await(System.lineSeparator()).replaceFirst("(?s).*:(\\d+)\\R$", "$1");
      Peer client = Peer.connect(Integer.parseInt(port)).send("hello\n");
      thread.join();
      client.close();
      assertEquals(1, status[0]);
      String last = lines("OneToOne: cannot write to standard output: Broken pipe");
      assertTrue(err.text().endsWith(last), err.text());
    }

    @Test
    void aPersonIsPromptedWhenTheClientHasSpoken() throws IOException {
      Running server = Running.onTerminal(OneToOne::new, serverArguments());
      try (Peer client = Peer.connect(server.port())) {
        server.err.await(name(client) + " connected");
        assertFalse(server.err.text().contains(">"));
        client.send("hello\n");
        server.err.await("> ");
        assertEquals("hello\n", server.out.text());
      }
    }

    @Test
    void aPortThatIsTakenIsAFailure() throws IOException {
      try (ServerSocket taken = Peer.listen()) {
        String port = String.valueOf(taken.getLocalPort());
        Running server = Running.of(OneToOne::new, "--bind=127.0.0.1", "server", port);
        assertEquals(1, server.status());
        assertEquals(
            lines("OneToOne: cannot listen on 127.0.0.1:" + port + ": Address already in use"),
            server.err.text());
      }
    }
  }

  @Test
  void aClientAndAServerTalkToEachOther() {
    Running server = server().type("zwei\nvier\n");
    String port = String.valueOf(server.port());
    Running client = Running.of(OneToOne::new, "127.0.0.1", port).type("eins\ndrei\n").endInput();
    assertEquals(0, client.status());
    assertEquals("zwei\nvier\n", client.out.text());
    server.out.await("eins\ndrei\n");
    server.err.await(" closed the connection");
  }

  private static void assertUsageError(String line, String... args) {
    Running oneToOne = Running.of(OneToOne::new, args);
    assertEquals(2, oneToOne.status());
    String text = oneToOne.err.text();
    assertTrue(text.startsWith(lines(line) + "Usage: OneToOne "), text);
    assertEquals("", oneToOne.out.text());
  }

  @Test
  void usageErrors() {
    assertUsageError(
        "OneToOne: invalid PORT: 'abc' is not a port number (1-65535)", "localhost", "abc");
    assertUsageError("OneToOne: invalid PORT: '0' is not a port number (1-65535)", "h", "0");
    assertUsageError(
        "OneToOne: invalid PORT: '65536' is not a port number (0-65535)", "server", "65536");
    assertUsageError("OneToOne: Missing required parameters: 'HOST', 'PORT'");
    assertUsageError("OneToOne: Missing required parameter: 'PORT'", "server");
    assertUsageError("OneToOne: Unmatched argument at index 2: 'x'", "server", "0", "x");
    assertUsageError(
        "OneToOne: invalid --message-gap: 'x' is not a number of seconds (0-2147483.647)",
        "--message-gap=x",
        "server",
        "0");
  }

  @Test
  void aHostThatStartsWithAtIsLiteral() {
    Running oneToOne = Running.of(OneToOne::new, "@/etc/hosts", "80");
    assertEquals(1, oneToOne.status());
    assertEquals(lines("OneToOne: cannot resolve @/etc/hosts: unknown host"), oneToOne.err.text());
  }

  @Test
  void helpAndVersionGoToStandardOutput() {
    Running help = Running.of(OneToOne::new, "--help");
    assertEquals(0, help.status());
    for (String part :
        new String[] {
          "Usage: OneToOne [",
          "--bind=ADDRESS",
          "(default 0.0.0.0",
          "--message-gap=SECONDS",
          "(default 1;",
          "-w, --connect-timeout=SECONDS",
          "Exit status:",
          "  java -cp blocking-sockets.jar OneToOne server 7000",
          "  java -cp blocking-sockets.jar OneToOne localhost 7000"
        }) {
      assertTrue(help.out.text().contains(part), part + " in " + help.out.text());
    }
    Running version = Running.of(OneToOne::new, "--version");
    assertEquals(0, version.status());
    assertTrue(version.out.text().matches("OneToOne \\S.*\\R"), version.out.text());
    assertEquals("", help.err.text() + version.err.text());
  }
}

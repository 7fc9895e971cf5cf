import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import testkit.Child;
import testkit.Peer;

/** Messages end at their newlines only, however slow this machine is. */
class OneToOneIT {
  private static Child server() {
    return Child.of("OneToOne", "--message-gap=0", "server", "0");
  }

  private static void assertAnswers(Child server, Peer client, String text) throws IOException {
    client.send(text + "?\n");
    server.out.await(text + "?\n");
    server.type(text + "!\n");
    assertEquals(text + "!\n", client.receiveLine());
  }

  @Test
  void ofWhatIsSentAndTypedAheadEachTurnTakesOneLine() throws IOException {
    // One thread writes both outputs, so as one they show what came first.
    try (Child server =
            Child.inShell("exec \"$@\" >&2", List.of(), "OneToOne", "--trace", "server", "0");
        Peer client = Peer.connect(server.port())) {
      client.send("one\ntwo\nthree\n");
      server.type("1\n22\n333\n");
      assertEquals("1\n22\n333\n", new String(client.receive(9)));
      String expected =
          """
          one
          read(keyboard) = 2 bytes
          send(2 bytes) = ok
          two
          read(keyboard) = 3 bytes
          send(3 bytes) = ok
          three
          read(keyboard) = 4 bytes
          send(4 bytes) = ok
          """;
      assertEquals(
          expected.lines().toList(),
          server
              .err
              .await("send(4 bytes) = ok")
              .lines()
              .filter(line -> line.matches("[a-z]+|.* (read|send)\\(.* = .*"))
              .map(line -> line.replaceFirst(".* (read|send)", "$1").replaceFirst(" after .*", ""))
              .toList());
    }
  }

  @Test
  void theEndOfItsInputEndsEachConversationAtTheServersTurn() throws IOException {
    try (Child server = server().endInput()) {
      for (String text : List.of("one\n", "two\n", "three\n")) {
        try (Peer client = Peer.connect(server.port()).send(text)) {
          assertEquals("", client.receiveLine());
        }
      }
      server.out.await("one\ntwo\nthree\n");
      assertTrue(server.isRunning());
    }
  }

  @Test
  void aMessageOfAnyBytesCanBeLargerThanTheHeap(@TempDir Path directory) throws IOException {
    Path output = directory.resolve("output");
    byte[] piece = new byte[1 << 20];
    new Random(1).nextBytes(piece);
    for (int i = 0; i < piece.length; i++) {
      piece[i] = piece[i] == '\n' ? 0 : piece[i];
    }
    String script = "exec \"$@\" > '" + output + "'";
    String[] program = {"OneToOne", "--message-gap=0", "server", "0"};
    try (Child server = Child.inShell(script, List.of("-Xmx24m"), program);
        Peer client = Peer.connect(server.port())) {
      for (int i = 0; i < 60; i++) {
        client.send(piece);
      }
      server.type("long\n");
      assertEquals("long\n", client.send(".\n").receiveLine());
      try (InputStream received = Files.newInputStream(output)) {
        for (int i = 0; i < 60; i++) {
          assertArrayEquals(piece, received.readNBytes(piece.length));
        }
        assertEquals(".\n", new String(received.readAllBytes()));
      }
    }
  }

  @Test
  void aPeerThatIsSilentAtItsTurnIsLeft() throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child server = Child.of("OneToOne", "--idle-timeout=0.5", "server", "0");
        Peer silent = Peer.connect(server.port());
        Peer next = Peer.connect(server.port()).send("next\n");
        Child client = Child.of("OneToOne", "-qi0.5", "127.0.0.1", Peer.port(listening))) {
      assertEquals(0, silent.receiveAll().length);
      server.err.await("OneToOne: " + silent.name() + " sent nothing for 0.5 s\n");
      server.out.await("next\n"); // Now its user has all the time in the world.

      client.type("hello\n");
      assertEquals(1, client.exitStatus());
      String peer = "127.0.0.1:" + Peer.port(listening);
      assertEquals("OneToOne: " + peer + " sent nothing for 0.5 s\n", client.err.text());
      server.type("answer\n");
      assertEquals("answer\n", next.receiveLine());
    }
  }

  @Test
  void onATerminalOnlyWhatWasTypedForAClientIsSentToIt() throws IOException {
    try (Child screen = Child.onTerminal("OneToOne", "server", "0")) {
      int port = screen.out.awaitPort();
      screen.type("the password\n");
      screen.out.await("the password\r\n");
      try (Peer client = Peer.connect(port)) {
        screen.out.await("discarded 13 bytes");
        client.send("hello\n");
        screen.out.await("> ");
        screen.type("hello yourself\n");
        assertEquals("hello yourself\n", client.receiveLine());
        screen.type("ahead\n");
        screen.out.await("ahead\r\n");
        client.send("bye\n");
        assertEquals("ahead\n", client.receiveLine());
        client.send("bye again\n");
        screen.out.await("bye again\r\n> ");
        screen.type("\004"); // Ctrl-D
        assertEquals(0, client.receiveAll().length);
        String expected =
            """
            OneToOne: listening on 127.0.0.1:%1$d
            the password
            OneToOne: %2$s connected
            OneToOne: discarded 13 bytes typed before %2$s connected
            hello
            > hello yourself
            ahead
            bye
            > ahead
            bye again
            >\s
            OneToOne: closed the connection to %2$s
            """;
        screen.out.await("closed the connection to " + client.name() + "\r\n");
        assertEquals(
            String.format(expected, port, client.name()).replace("\n", "\r\n"), screen.out.text());
      }
    }
  }
}

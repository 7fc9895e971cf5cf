import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** OneToOne with a small heap, and on a terminal. */
class OneToOneIT {
  @Test
  void theEndOfItsInputEndsEachConversationAtTheServersTurn() throws IOException {
    try (Child server = Child.of("OneToOne", "server", "0").endInput()) {
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
  void inTheBackgroundOfATerminalItRunsUntilItsTurn() throws IOException {
    Watch.assumeLinuxWith("script");
    String script = "exec script -qefc \"set -m; $(printf '%q ' \"$@\") & cat\" /dev/null";
    try (Child screen = Child.inShell(script, List.of(), "OneToOne", "server", "0");
        Peer client = Peer.connect(screen.out.awaitPort())) {
      client.send("hello\n");
      screen.out.await(client.name() + " connected\r\nhello\r\n");
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
        client.send("bye\n");
        screen.out.await("bye\r\n> ");
        screen.type("\004"); // Ctrl-D
        assertEquals(0, client.receiveAll().length);
        String expected =
            """
            OneToOne: listening on 127.0.0.1:%1$d
            the password
            OneToOne: discarded 13 bytes typed before %2$s connected
            OneToOne: %2$s connected
            hello
            > hello yourself
            bye
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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import testkit.Child;
import testkit.Peer;

/** OneToOne on a terminal, and what DumbNet has in common with it. */
class OneToOneIT {
  @Test
  void inTheBackgroundOfATerminalItRunsUntilItsTurn() throws IOException {
    String script = "set -m; PROGRAM & cat";
    try (Child screen = Child.onTerminalOfShell(script, "OneToOne", "server", "0");
        Peer client = Peer.connect(screen.out.awaitPort())) {
      client.send("hello\n");
      screen.out.await(client.name() + " connected\r\nhello\r\n");
    }
  }

  /** A paste of more than a terminal holds, and the beginning of a line. */
  @Test
  void onATerminalOnlyWhatWasTypedForAClientIsSentToIt() throws IOException {
    String line = "the password is in this line, and so it is in the next one.\n";
    try (Child screen = Child.onTerminal("OneToOne", "server", "0")) {
      int port = screen.out.awaitPort();
      screen.type(line.repeat(600) + "hello ").out.await("next one.\r\n");
      try (Peer client = Peer.connect(port)) {
        screen.out.await("discarded 36000 bytes");
        client.send("hello\n");
        screen.out.await("> ");
        screen.type("yourself\n");
        assertEquals("hello yourself\n", client.receiveLine());
        client.send("bye\n");
        screen.out.await("bye\r\n> ");
        screen.type("\004"); // Ctrl-D
        assertEquals(0, client.receiveAll().length);
        String expected =
            """
            hello OneToOne: discarded 36000 bytes typed before %1$s connected
            OneToOne: %1$s connected
            hello
            > yourself
            bye
            >\s
            OneToOne: closed the connection to %1$s
            """;
        String end = expected.formatted(client.name()).replace("\n", "\r\n");
        screen.out.await("the end", shown -> shown.endsWith(end));
      }
    }
  }

  /** Those that would tell of a terminal, or change it, leave a mark here. */
  @ParameterizedTest
  @CsvSource({"DumbNet 127.0.0.1 PORT, line to send: ", "OneToOne server 0, > "})
  void noPeerControlsATerminalAndNoProgramIsStartedForIt(
      String command, String prompt, @TempDir Path directory) throws IOException {
    Path started = directory.resolve("started");
    for (String name : List.of("test", "stty", "sh")) {
      Path program = Files.writeString(directory.resolve(name), "#!/bin/sh\n: > " + started);
      assertTrue(program.toFile().setExecutable(true));
    }
    String shell = "PATH=" + directory + " exec PROGRAM";
    boolean listens = command.endsWith("0");
    try (ServerSocket listening = Peer.listen();
        Child screen =
            Child.onTerminalOfShell(
                shell, command.replace("PORT", Peer.port(listening)).split(" "));
        Peer peer = listens ? Peer.connect(screen.out.awaitPort()) : Peer.accept(listening)) {
      peer.send("clear \033[2J\n");
      screen.out.await(prompt);
      screen.type("hello\n");
      assertEquals("hello", peer.receiveLine().trim());
      screen.out.await("clear ^[[2J\r\n");
      assertFalse(Files.exists(started));
    }
  }
}

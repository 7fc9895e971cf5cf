import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** DumbNet with the descriptors, the heap and the names of a real process. */
class DumbNetIT {
  @AutoClose private ServerSocket listening;
  private String port;

  @BeforeEach
  void listen() throws IOException {
    listening = Peer.listen();
    port = Peer.port(listening);
  }

  /** What is typed has no line ending either. */
  @Test
  void bytesThatAreNotTextPassBothWaysWhateverTheLocale() throws IOException {
    String all =
        IntStream.range(0, 256).mapToObj(Character::toString).collect(Collectors.joining());
    String line = all.replace("\n", "");
    String script = "LC_ALL=C LANG=C exec \"$@\"";
    try (Child child = Child.inShell(script, List.of(), "DumbNet", "127.0.0.1", port);
        Peer server = Peer.accept(listening)) {
      child.type(line.getBytes(ISO_8859_1)).endInput();
      server.send(all.getBytes(ISO_8859_1)).halfClose();
      assertEquals(line + "\r\n", new String(server.receiveAll(), ISO_8859_1));
      assertEquals(0, child.exitStatus());
      assertEquals(all, new String(child.out.bytes(), ISO_8859_1));
    }
  }

  @Test
  void thirtyMegabytesInPiecesOfAnySizeArriveIntactInASmallHeap() throws IOException {
    Random random = new Random(20);
    byte[] data = new byte[30_000_000];
    random.nextBytes(data);
    try (Child child = Child.withJvm(List.of("-Xmx32m"), "DumbNet", "-q", "127.0.0.1", port);
        Peer server = Peer.accept(listening)) {
      child.type("send all\n");
      server.receiveLine();
      for (int next = 0; next < data.length; ) {
        // As many pieces of a few bytes as of a few hundred kilobytes.
        int size = (int) Math.exp(random.nextDouble() * Math.log(300_000));
        int end = Math.min(next + size, data.length);
        server.send(Arrays.copyOfRange(data, next, end));
        next = end;
      }
      server.halfClose();
      assertEquals(0, child.exitStatus(), child.err.text());
      assertEquals(-1, Arrays.mismatch(data, child.out.bytes()), "first wrong byte");
    }
  }

  @Test
  void nothingThatAPeerSendsControlsTheTerminal() throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child terminal = onRawTerminal("DumbNet", "-q", "127.0.0.1", Peer.port(listening));
        Peer server = Peer.accept(listening)) {
      String text = "clear \033[2J, colour \u009b31m, over\rwritten, \u65e5\u672c \ud83d\ude00\r\n";
      for (byte b : text.getBytes(UTF_8)) {
        server.send(new byte[] {b});
      }
      server.send(new byte[] {(byte) 0x9b, '2', 'J'}).halfClose(); // CSI as a byte of its own
      assertEquals(0, terminal.exitStatus(), terminal.out.text());
      assertEquals(
          "clear ^[[2J, colour \\u009b31m, over^Mwritten, \u65e5\u672c \ud83d\ude00\r\n\ufffd2J\n",
          terminal.out.text());
    }
  }

  /** Runs a program whose user enters some lines, on a terminal that passes its output on. */
  private static Child onRawTerminal(String... program) {
    Watch.assumeLinuxWith("bash", "script", "stty");
    String java = String.join(" ", Child.java(List.of(), program));
    String script = "stty raw -echo; printf '1\\n2\\n3\\n4\\n5\\n' | " + java;
    return Child.command("script", "-qec", script, "/dev/null");
  }

  @Test
  void everyAddressOfANameIsTriedUntilOneAnswers(@TempDir Path directory) throws IOException {
    Watch.assumeLinuxWith(); // Elsewhere 127.0.0.2 may be no address of this machine.
    List<String> names =
        Child.names(directory, "::1 some.test", "127.0.0.2 some.test", "127.0.0.1 some.test");
    try (Child child = Child.withJvm(names, "DumbNet", "-4t", "some.test", port);
        Peer server = Peer.accept(listening)) {
      child.err.await("connect(127.0.0.2:" + port + ") = Connection refused");
      child.err.await("DumbNet: connected to 127.0.0.1:" + port + "\n");
      assertEquals(0, child.err.count("[::1]"));
      child.type("hello\n");
      assertEquals("hello\r\n", server.receiveLine());
    }
  }
}

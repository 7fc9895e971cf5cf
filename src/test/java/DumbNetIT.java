import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import testkit.Child;
import testkit.Peer;

class DumbNetIT {
  private ServerSocket listening;
  private String port;

  @BeforeEach
  void listen() throws IOException {
    listening = Peer.listen();
    port = String.valueOf(listening.getLocalPort());
  }

  @AfterEach
  void close() throws IOException {
    listening.close();
  }

  @ParameterizedTest
  @CsvSource({
    "hello\\n, hello\\r\\n",
    "hello, hello\\r\\n",
    "hello\\r\\n, hello\\r\\n",
    "hello\\r\\r\\n, hello\\r\\r\\n",
    "'\ta \\r b ', '\ta \\r b \\r\\n'",
    "\\n, \\r\\n"
  })
  void whatIsTypedGoesOutAsALineWithCrLf(String typed, String sent) throws IOException {
    assertEquals(sent.translateEscapes(), sent(typed.translateEscapes().getBytes(ISO_8859_1)));
  }

  @Test
  void lineAndEndingGoOutInOneWrite() throws IOException {
    try (Child child = dumbNet("-q", "--trace", "-b");
        Peer server = Peer.accept(listening)) {
      child.type("hello\n");
      assertEquals("hello\r\n", server.receiveLine());
      server.halfClose();
      child.exitStatus();
      List<String> sends = child.err.text().lines().filter(line -> line.contains("send(")).toList();
      assertEquals(2, sends.size(), "not one call entered and returned: " + sends);
      assertEquals("send(9 bytes) ...", sends.get(0).substring(23));
    }
  }

  @Test
  void bytesThatAreNotTextGoOutAsTheyCame() throws IOException {
    byte[] typed = allBytesBut('\n');
    String script = "LC_ALL=C LANG=C exec \"$@\"";
    try (Child child = Child.inShell(script, List.of(), "DumbNet", "127.0.0.1", port);
        Peer server = Peer.accept(listening)) {
      child.type(typed).endInput();
      server.send(typed).halfClose();
      byte[] expected = Arrays.copyOf(typed, typed.length + 2);
      expected[typed.length] = '\r';
      expected[typed.length + 1] = '\n';
      assertArrayEquals(expected, server.receiveAll());
      assertEquals(0, child.exitStatus());
      assertArrayEquals(typed, child.out.bytes());
    }
  }

  @Test
  void oneAfterTheOtherEachTakesItsOwnLineFromAFile(@TempDir Path directory) throws IOException {
    Path lines = Files.writeString(directory.resolve("two-lines"), "first\nsecond\n");
    eachTakesItsOwnLine("{ \"$@\" %1$s; \"$@\" %2$s; } < " + lines);
  }

  @Test
  void oneAfterTheOtherEachTakesItsOwnLineFromAPipe() throws IOException {
    eachTakesItsOwnLine("printf 'first\\nsecond\\n' | { \"$@\" %1$s; \"$@\" %2$s; }");
  }

  private void eachTakesItsOwnLine(String script) throws IOException {
    try (ServerSocket other = Peer.listen();
        Child child =
            Child.inShell(
                String.format(script, port, other.getLocalPort()),
                List.of(),
                "DumbNet",
                "127.0.0.1");
        Peer a = Peer.accept(listening)) {
      assertEquals("first\r\n", a.receiveLine());
      a.send("to the first\n").close();
      try (Peer b = Peer.accept(other)) {
        assertEquals("second\r\n", b.receiveLine());
        b.send("to the second\n");
      }
      assertEquals(0, child.exitStatus());
      assertEquals("to the first\nto the second\n", child.out.text());
    }
  }

  @Test
  void whatArrivesIsPrintedAtOnce() throws IOException {
    try (Child child = dumbNet();
        Peer server = Peer.accept(listening)) {
      child.type("hello\n");
      server.send("one, ");
      child.out.await("one, ");
      server.send("two");
      child.out.await("one, two");
      server.halfClose();
      assertEquals(0, child.exitStatus());
    }
  }

  @Test
  void whatTheServerSaysBeforeTheLineIsTypedIsPrintedToo() throws IOException {
    try (Child child = dumbNet();
        Peer server = Peer.accept(listening)) {
      server.send("220 ready\r\n");
      child.type("hello\n");
      child.out.await("220 ready\r\n");
      server.send("221 bye\r\n").close();
      assertEquals(0, child.exitStatus());
      assertEquals("220 ready\r\n221 bye\r\n", child.out.text());
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
  void aBlankLineMakesAnHttp10RequestComplete() throws IOException {
    byte[] answer = answer("HTTP/1.0 200 OK\r\nContent-Type: image/x-junk\r\n\r\n");
    try (Child child = dumbNet("-b");
        Peer server = Peer.accept(listening)) {
      child.type("GET /page HTTP/1.0\n");
      assertEquals("GET /page HTTP/1.0\r\n", server.receiveLine());
      assertEquals("\r\n", server.receiveLine());
      server.send(answer).halfClose();
      assertEquals(0, server.receiveAll().length);
      assertEquals(0, child.exitStatus());
      assertArrayEquals(answer, child.out.bytes());
    }
  }

  @Test
  void anHttp09RequestIsOneLine() throws IOException {
    byte[] answer = answer("<title>no header</title>");
    try (Child child = dumbNet();
        Peer server = Peer.accept(listening)) {
      child.type("GET /page\n");
      assertEquals("GET /page\r\n", server.receiveLine());
      server.send(answer).halfClose();
      assertEquals(0, server.receiveAll().length);
      assertEquals(0, child.exitStatus());
      assertArrayEquals(answer, child.out.bytes());
    }
  }

  @ParameterizedTest
  @CsvSource({"-N", "--half-close"})
  void halfCloseLetsAServerAnswerThatWaitsForTheEnd(String option) throws IOException {
    try (Child child = dumbNet(option);
        Peer server = Peer.accept(listening)) {
      child.type("count me\nnot me\n");
      int count = server.receiveAll().length;
      server.send("I got " + count + " bytes").close();
      assertEquals(0, child.exitStatus());
      assertEquals("I got 10 bytes", child.out.text());
    }
  }

  @Test
  void theSendingSideStaysOpenOtherwise() throws IOException {
    try (Child child = dumbNet();
        Peer server = Peer.accept(listening)) {
      child.type("hello\n").endInput();
      server.receiveLine();
      server.socket.setSoTimeout(300);
      assertThrows(SocketTimeoutException.class, () -> server.receive(1));
    }
  }

  @Test
  void everyAddressOfANameIsTriedUntilOneAnswers(@TempDir Path directory) throws IOException {
    try (ServerSocket onlyIpv6 = new ServerSocket(0, 1, InetAddress.getByName("::1"));
        Child child = withNames(directory, "two.addresses", onlyIpv6.getLocalPort());
        Peer server = new Peer(onlyIpv6.accept())) {
      child.type("hello\n");
      assertEquals("hello\r\n", server.receiveLine());
      child.err.await("DumbNet: connected to [::1]:" + onlyIpv6.getLocalPort() + "\n");
    }
  }

  @Test
  void onlyIpv4AddressesAreTriedWithOption4(@TempDir Path directory) throws IOException {
    try (ServerSocket onlyIpv6 = new ServerSocket(0, 1, InetAddress.getByName("::1"));
        Child child = withNames(directory, "-4", "two.addresses", onlyIpv6.getLocalPort())) {
      assertEquals(1, child.exitStatus());
      assertEquals(
          "DumbNet: cannot connect to two.addresses:"
              + onlyIpv6.getLocalPort()
              + ": Connection refused\n",
          child.err.text());
    }
  }

  @Test
  void onlyIpv6AddressesAreTriedWithOption6(@TempDir Path directory) throws IOException {
    try (Child child = withNames(directory, "-6", "two.addresses", listening.getLocalPort())) {
      assertEquals(1, child.exitStatus());
      assertEquals(
          "DumbNet: cannot connect to two.addresses:" + port + ": Connection refused\n",
          child.err.text());
    }
  }

  @Test
  void aNameWithoutAnAddressOfTheWantedKindIsSaid(@TempDir Path directory) throws IOException {
    try (Child child = withNames(directory, "-6", "one.address", listening.getLocalPort())) {
      assertEquals(1, child.exitStatus());
      assertEquals(
          "DumbNet: cannot resolve one.address: it has no IPv6 address\n", child.err.text());
    }
  }

  @Test
  void emptyInputIsAFailure() throws IOException {
    try (Child child = dumbNet();
        Peer server = Peer.accept(listening)) {
      child.endInput();
      assertEquals(1, child.exitStatus());
      assertEquals(0, server.receiveAll().length);
      assertEquals(
          "DumbNet: connected to 127.0.0.1:"
              + port
              + "\nDumbNet: no line to send: standard input is empty\n",
          child.err.text());
    }
  }

  @Test
  void noticesGoToStandardErrorAndDataAloneToStandardOutput() throws IOException {
    try (Child child = dumbNet();
        Peer server = Peer.accept(listening)) {
      child.type("hello\n");
      server.receiveLine();
      server.send("bye").close();
      assertEquals(0, child.exitStatus());
      assertEquals("bye", child.out.text());
      String address = "127.0.0.1:" + port;
      assertEquals(
          String.format(
              "DumbNet: connected to %1$s\nDumbNet: %1$s ended the stream after 3 bytes\n",
              address),
          child.err.text());
    }
  }

  @ParameterizedTest
  @CsvSource({"-q", "--quiet"})
  void quietMeansNoNotices(String option) throws IOException {
    try (Child child = dumbNet(option);
        Peer server = Peer.accept(listening)) {
      child.type("hello\n");
      server.receiveLine();
      server.send("bye").close();
      assertEquals(0, child.exitStatus());
      assertEquals("bye", child.out.text());
      assertEquals("", child.err.text());
    }
  }

  @Test
  void onATerminalTheLineIsAskedFor() throws IOException {
    try (Child screen = Child.onTerminal("DumbNet", "127.0.0.1", port);
        Peer server = Peer.accept(listening)) {
      screen.out.await("line to send: ");
      screen.type("hello\n");
      assertEquals("hello\r\n", server.receiveLine());
      server.send("bye\n").close();
      assertEquals(0, screen.exitStatus());
    }
  }

  private Child dumbNet(String... options) {
    List<String> arguments = new ArrayList<>(List.of("DumbNet"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("127.0.0.1", port));
    return Child.of(arguments.toArray(String[]::new));
  }

  /** What the server gets, up to the end of the stream. */
  private String sent(byte[] typed) throws IOException {
    try (Child child = dumbNet();
        Peer server = Peer.accept(listening)) {
      child.type(typed).endInput();
      server.halfClose();
      String sent = new String(server.receiveAll(), ISO_8859_1);
      assertEquals(0, child.exitStatus());
      return sent;
    }
  }

  /** With names of its own instead of the system's: one has an address of either family. */
  private static Child withNames(Path directory, Object... arguments) throws IOException {
    Path hosts =
        Files.writeString(
            directory.resolve("hosts"),
            "127.0.0.1 two.addresses\n::1 two.addresses\n127.0.0.1 one.address\n");
    List<String> all = new ArrayList<>(List.of("DumbNet"));
    for (Object argument : arguments) {
      all.add(argument.toString());
    }
    return Child.withJvm(List.of("-Djdk.net.hosts.file=" + hosts), all.toArray(String[]::new));
  }

  private static byte[] answer(String beginning) {
    byte[] answer = Arrays.copyOf(beginning.getBytes(ISO_8859_1), 100_000);
    byte[] body = new byte[answer.length - beginning.length()];
    new Random(9).nextBytes(body);
    System.arraycopy(body, 0, answer, beginning.length(), body.length);
    return answer;
  }

  private static byte[] allBytesBut(char excluded) {
    byte[] bytes = new byte[255];
    for (int b = 0, i = 0; b < 256; b++) {
      if (b != excluded) {
        bytes[i++] = (byte) b;
      }
    }
    return bytes;
  }
}

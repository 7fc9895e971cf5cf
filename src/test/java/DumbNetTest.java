import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static testkit.Capture.lines;

import cli.Running;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import testkit.Peer;

class DumbNetTest {
  @AutoClose private ServerSocket listener;
  private String address;

  @BeforeEach
  void listen() throws IOException {
    listener = Peer.listen();
    address = "127.0.0.1:" + listener.getLocalPort();
  }

  private String[] arguments(String options) {
    return (options + " 127.0.0.1 " + listener.getLocalPort()).trim().split(" +");
  }

  private Running dumbNet(String options) {
    return Running.of(new DumbNet(), arguments(options));
  }

  private static void assertFails(String line, Running dumbNet) {
    assertEquals(1, dumbNet.status());
    assertEquals(lines("DumbNet: " + line), dumbNet.err.text());
  }

  @ParameterizedTest
  @CsvSource({
    "-t, GET /, GET /^$",
    "-q, $, ^$",
    "-q, \0\u00ff\u0080\u00c3(^\u00a0^$, \0\u00ff\u0080\u00c3(^\u00a0^$",
    "-b, GET / HTTP/1.0$, GET / HTTP/1.0^$^$",
    "-6 -4, x$, x^$",
  })
  void theLineIsSentAsItIsWithCrLfInOneWrite(String options, String typed, String sent)
      throws IOException {
    byte[] input = typed.replace('^', '\r').replace('$', '\n').getBytes(ISO_8859_1);
    Running dumbNet = dumbNet(options).type(input).endInput();
    byte[] buffer = new byte[100];
    int count;
    try (Peer server = Peer.accept(listener)) {
      count = server.socket.getInputStream().read(buffer); // the first piece is all
    }
    assertEquals(0, dumbNet.status(), dumbNet.err.text());
    String received = new String(buffer, 0, count, ISO_8859_1);
    assertEquals(sent, received.replace('\r', '^').replace('\n', '$'));
  }

  @Test
  void onlyOneLineIsReadAndTheSendingSideStaysOpen() throws IOException {
    Running dumbNet = dumbNet("").type("one\ntwo\n");
    try (Peer server = Peer.accept(listener)) {
      assertEquals("one\r\n", server.receiveLine());
      server.send("answer");
      dumbNet.out.await("answer");
      server.socket.setSoTimeout(100);
      assertThrows(SocketTimeoutException.class, () -> server.receive(1));
    }
    assertEquals(0, dumbNet.status());
    assertEquals("two\n".length(), dumbNet.unread());
  }

  @Test
  void inputThatIsEmptyIsAFailureAndNothingIsSent() throws IOException {
    assertFails("no line to send: standard input is empty", dumbNet("-q").endInput());
    try (Peer server = Peer.accept(listener)) {
      assertEquals(0, server.receiveAll().length);
    }
  }

  @Test
  void everyByteThatComesIsPrintedAndTheSendingSideCanBeShutDownAfterTheLine() throws IOException {
    byte[] bytes = new byte[2_000_000];
    new Random(1).nextBytes(bytes);
    Running dumbNet = dumbNet("-N").type("line\n");
    try (Peer server = Peer.accept(listener)) {
      assertEquals("line\r\n", new String(server.receiveAll(), UTF_8));
      server.send(bytes);
    }
    assertEquals(0, dumbNet.status());
    assertArrayEquals(bytes, dumbNet.out.bytes());
    assertEquals(
        lines(
            "DumbNet: connected to " + address,
            "DumbNet: " + address + " ended the stream after 2000000 bytes"),
        dumbNet.err.text());
  }

  @Test
  void whatComesIsPrintedAtOnceAndAResetIsAFailure() throws IOException {
    Running dumbNet = dumbNet("-q").type("line\n");
    Peer server = Peer.accept(listener);
    server.receiveLine();
    server.send("half an ans");
    dumbNet.out.await("half an ans");
    server.reset();
    assertFails("connection to " + address + " lost: Connection reset", dumbNet);
    assertEquals("half an ans", dumbNet.out.text());
  }

  @Test
  void whatAServerSaidIsPrintedEvenIfTheLineCannotBeSent() throws IOException {
    Running dumbNet = dumbNet("");
    Peer server = Peer.accept(listener);
    dumbNet.err.await("connected to ");
    server.send("busy, try later\n").reset();
    dumbNet.type("line\n");
    assertEquals(1, dumbNet.status());
    assertEquals("busy, try later\n", dumbNet.out.text());
    String said = dumbNet.err.text();
    assertTrue(said.contains("DumbNet: connection to " + address + " lost: "), said);
  }

  @ParameterizedTest
  @CsvSource({
    "-i 0.1, '', nothing",
    "--idle-timeout=0.1, begun, nothing more",
    "-q -i 9 -i 0.1, '', nothing", // of an option given twice the last counts
  })
  void aServerThatIsSilentIsGivenUp(String options, String sent, String nothing)
      throws IOException {
    Running dumbNet = dumbNet("-q " + options);
    try (Peer server = Peer.accept(listener)) {
      server.send(sent);
      dumbNet.type("line\n");
      assertFails(address + " sent " + nothing + " for 0.1 s", dumbNet);
      assertEquals(sent, dumbNet.out.text());
    }
  }

  @ParameterizedTest
  @CsvSource({"-6, 127.0.0.1, IPv6", "-4, ::1, IPv4"})
  void onlyOneFamilyCanBeWanted(String option, String host, String family) {
    assertFails(
        "cannot resolve " + host + ": it has no " + family + " address",
        Running.of(new DumbNet(), option, host, "80"));
  }

  @Test
  void aHandshakeThatTakesLongerThanTheConnectTimeoutIsGivenUp() throws IOException {
    assertFails("cannot secure " + address + ": timed out after 0.1 s", dumbNet("--tls -w 0.1"));
    Peer.accept(listener).close();
  }

  @Test
  void aPersonIsAskedForTheLineAndShownHarmlessText() throws IOException {
    Running dumbNet = Running.onTerminal(new DumbNet(), arguments("-q"));
    dumbNet.err.await("line to send: ");
    dumbNet.type("line\n");
    try (Peer server = Peer.accept(listener)) {
      server.receiveLine();
      server.send("\u001b[2J\u009b\u00e9\r\n").send(new byte[] {(byte) 0xe2});
    }
    assertEquals(0, dumbNet.status());
    assertEquals("line to send: ", dumbNet.err.text());
    assertEquals("^[[2J\\u009b\u00e9\r\n\ufffd\n", dumbNet.out.text());
  }
}

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
import org.junit.jupiter.api.util.RestoreSystemProperties;
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
    return Running.of(DumbNet::new, arguments(options));
  }

  private static void assertFails(String line, Running dumbNet) {
    assertEquals(1, dumbNet.status());
    assertEquals(lines("DumbNet: " + line), dumbNet.err.text());
  }

  @ParameterizedTest
  @CsvSource({
    "-t, 'GET /\n', 'GET /\r\n'",
    "-q, '\n', '\r\n'",
    "-q, '\0\377\200\303(\r\240\r\n', '\0\377\200\303(\r\240\r\n'",
    "-b, 'GET / HTTP/1.0\n', 'GET / HTTP/1.0\r\n\r\n'",
  })
  void theLineIsSentAsItIsWithCrLfInOneWrite(String options, String typed, String sent)
      throws IOException {
    Running dumbNet = dumbNet(options).type(typed.getBytes(ISO_8859_1)).press(Running.END);
    byte[] buffer = new byte[100];
    try (Peer server = Peer.accept(listener)) {
      int count = server.socket.getInputStream().read(buffer); // the first piece is all
      assertEquals(sent, new String(buffer, 0, count, ISO_8859_1));
    }
    assertEquals(0, dumbNet.status(), dumbNet.err.text());
  }

  @Test
  void onlyOneLineIsReadAndWhatComesIsPrintedAtOnceAndAResetIsAFailure() throws IOException {
    Running dumbNet = dumbNet("-q").type("one\ntwo\n");
    Peer server = Peer.accept(listener);
    assertEquals("one\r\n", server.receiveLine());
    server.send("half an ans");
    dumbNet.out.await("half an ans");
    server.socket.setSoTimeout(100);
    assertThrows(SocketTimeoutException.class, () -> server.receive(1), "the stream has not ended");
    server.reset();
    assertFails("connection to " + address + " lost: Connection reset", dumbNet);
    assertEquals("half an ans", dumbNet.out.text());
    assertEquals("two\n".length(), dumbNet.unread());
  }

  @Test
  void inputThatIsEmptyIsAFailureAndNothingIsSent() throws IOException {
    assertFails("no line to send: standard input is empty", dumbNet("-q").press(Running.END));
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
    String ended = "DumbNet: " + address + " ended the stream after 2000000 bytes";
    assertEquals(lines("DumbNet: connected to " + address, ended), dumbNet.err.text());
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
  @RestoreSystemProperties
  @CsvSource({"-4, -6, 127.0.0.1", "-6, -4, ::1"})
  void ofTheTwoFamiliesOfAddressesTheLastCounts(String first, String last, String host) {
    String why = "cannot resolve " + host + ": it has no IPv" + last.charAt(1) + " address";
    assertFails(why, Running.of(DumbNet::new, first, last, host, "80"));
    boolean asksForOne = Boolean.getBoolean("java.net.preferIPv4Stack");
    assertEquals(last.equals("-4"), asksForOne, "so is the name server");
  }

  @Test
  void aHandshakeThatTakesLongerThanTheConnectTimeoutIsGivenUp() throws IOException {
    assertFails("cannot secure " + address + ": timed out after 0.1 s", dumbNet("--tls -w 0.1"));
    try (Peer server = Peer.accept(listener)) {
      server.receiveAll(); // It has left.
    }
  }

  @Test
  void aPersonIsAskedForTheLineAndShownHarmlessText() throws IOException {
    Running dumbNet = Running.onTerminal(DumbNet::new, arguments("-q"));
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

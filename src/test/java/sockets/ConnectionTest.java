package sockets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import testkit.Capture;
import testkit.Peer;

class ConnectionTest {
  @AutoClose private Peer peer;
  @AutoClose private Connection connection;
  private Socket socket;
  private final byte[] buffer = new byte[100];

  @BeforeEach
  void connect() throws IOException {
    try (ServerSocket listener = Peer.listen()) {
      peer = Peer.connect(listener.getLocalPort());
      socket = listener.accept();
      connection = new Connection(socket, "there:80");
    }
  }

  private String received(int count) {
    return new String(buffer, 0, count, UTF_8);
  }

  private static <T> FutureTask<T> inThread(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    new Thread(task).start();
    return task;
  }

  private static <T> T result(FutureTask<T> task) throws Exception {
    return task.get(Capture.DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void anAcceptedConnectionIsCalledByItsAddress() throws IOException {
    assertEquals("127.0.0.1:" + peer.socket.getLocalPort(), Connection.accepted(socket).peer());
  }

  @Test
  void bytesAreSentAndReceivedAsTheyAre() throws IOException {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    connection.send(all, all.length);
    assertArrayEquals(all, peer.receive(256));
    peer.send(Arrays.copyOf(all, 50));
    int count = 0;
    while (count < 50) {
      count += connection.receive(buffer);
    }
    assertEquals(50, connection.received());
    assertEquals(256, connection.sent());
  }

  @Test
  void onlyTheGivenLengthIsSent() throws IOException {
    connection.send("hello, world".getBytes(UTF_8), 5);
    connection.close();
    assertEquals("hello", new String(peer.receiveAll(), UTF_8));
    assertEquals(5, connection.sent());
  }

  @Test
  void noMoreIsReceivedThanTheBufferHolds() throws IOException {
    peer.send("0123456789");
    byte[] four = new byte[4];
    int count = connection.receive(four);
    assertTrue(count >= 1 && count <= 4, "received " + count);
  }

  @Test
  void theEndOfTheStreamIsMinusOneAgainAndAgain() throws IOException {
    peer.send("x").halfClose();
    assertEquals("x", received(connection.receive(buffer)));
    assertEquals(-1, connection.receive(buffer));
    assertEquals(-1, connection.receive(buffer));
    assertEquals(1, connection.received());
  }

  @Test
  void halfCloseEndsTheStreamToThePeerAndStillReceives() throws IOException {
    connection.send("last".getBytes(UTF_8), 4);
    connection.halfClose();
    assertEquals("last", new String(peer.receiveAll(), UTF_8));
    peer.send("answer");
    assertTrue("answer".startsWith(received(connection.receive(buffer))));
  }

  @Test
  void aTimeoutLeavesTheConnectionAsItWas() throws IOException {
    Duration limit = Duration.ofMillis(1);
    assertThrows(SocketTimeoutException.class, () -> connection.receive(buffer, limit));
    peer.send("x");
    assertEquals("x", received(connection.receive(buffer, Duration.ZERO)));
    assertEquals(0, socket.getSoTimeout());
  }

  @Test
  void aReceiveWithoutALimitWaitsHoweverLongAfterOneWithALimit() throws Exception {
    peer.send("x");
    connection.receive(buffer, Duration.ofMillis(50));
    FutureTask<Integer> blocked = inThread(() -> connection.receive(buffer));
    Thread.sleep(200); // four times the limit that was
    peer.send("y");
    assertEquals(1, result(blocked));
  }

  @Test
  void aResetIsSaid() throws IOException {
    peer.reset();
    ConnectionException e =
        assertThrows(ConnectionException.class, () -> connection.receive(buffer));
    assertEquals("connection to there:80 lost: Connection reset", e.getMessage());
  }

  @Test
  void sendingToAPeerThatIsGoneFails() throws IOException {
    peer.close();
    ConnectionException e =
        assertThrows(
            ConnectionException.class,
            () -> {
              for (int i = 0; i < 10_000; i++) {
                connection.send(buffer, buffer.length);
              }
            });
    assertTrue(
        List.of(
                "connection to there:80 lost: Broken pipe",
                "connection to there:80 lost: Connection reset")
            .contains(e.getMessage()),
        e.getMessage());
  }

  @Test
  void closingFromAnotherThreadEndsABlockedReceive() throws Exception {
    FutureTask<String> blocked = inThread(() -> failureOf(() -> connection.receive(buffer)));
    connection.close();
    assertEquals("connection to there:80 lost: Socket closed", result(blocked));
  }

  @Test
  void closingFromAnotherThreadEndsABlockedSend() throws Exception {
    byte[] piece = new byte[1 << 16];
    FutureTask<String> blocked =
        inThread(
            () ->
                failureOf(
                    () -> {
                      while (true) { // until the close; the peer never reads
                        connection.send(piece, piece.length);
                      }
                    }));
    peer.socket.getInputStream().read(); // now it is sending
    connection.close("enough");
    assertEquals("connection to there:80 closed: enough", result(blocked));
  }

  @Test
  void whoeverIsBlockedIsToldWhyItWasClosed() throws Exception {
    FutureTask<String> blocked = inThread(() -> failureOf(() -> connection.receive(buffer)));
    connection.close("the server stops");
    assertEquals("connection to there:80 closed: the server stops", result(blocked));
  }

  @Test
  void aClosedConnectionIsOfNoUse() {
    connection.close();
    connection.close();
    for (Action action :
        List.<Action>of(
            () -> connection.receive(buffer),
            () -> connection.send(buffer, 1),
            () -> connection.halfClose(),
            () -> connection.receive(buffer, Duration.ofSeconds(1)))) {
      assertTrue(failureOf(action).startsWith("connection to there:80 lost: "));
    }
  }

  @Test
  void aSocketOfNoUseIsNoConnection() throws IOException {
    socket.close();
    assertThrows(IOException.class, () -> new Connection(socket, "there:80"));
  }

  @Test
  void discardingWhatWasNotSentResetsThePeer() throws IOException {
    connection.discardUnsent();
    connection.close();
    assertThrows(IOException.class, () -> peer.receiveAll());
  }

  @Test
  void idleIsWhatMakesNoProgressInEitherDirection() throws IOException {
    assertFalse(connection.idleFor(10, 100), "seen for the first time");
    assertFalse(connection.idleFor(10, 109));
    assertTrue(connection.idleFor(10, 110));
    peer.send("x");
    connection.receive(buffer);
    assertFalse(connection.idleFor(10, 111), "it has received");
    assertFalse(connection.idleFor(10, 120));
    connection.send(buffer, 1);
    assertFalse(connection.idleFor(10, 121), "it has sent");
    assertTrue(connection.idleFor(10, 131));
  }

  private interface Action {
    void run() throws IOException;
  }

  private static String failureOf(Action action) {
    return assertThrows(ConnectionException.class, action::run).getMessage();
  }
}

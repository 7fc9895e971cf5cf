import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import testkit.Peer;

/**
 * Some clients of the echo server, in a random order, with random pieces, pauses and ends: each
 * gets back what it sent, and nothing else.
 */
final class EchoSchedule {
  /** The system takes this much and more, so a client that does not receive can still send. */
  private static final int MOST_UNDERWAY = 60_000;

  private final Random random;
  private final int port;
  private final int number;

  EchoSchedule(Random random, int port, int number) {
    this.random = random;
    this.port = port;
    this.number = number;
  }

  void run() throws IOException {
    List<Client> clients = new ArrayList<>();
    try {
      for (int i = 0; i < number; i++) {
        clients.add(new Client(Peer.connect(port)));
      }
      for (int steps = random.nextInt(12 * number); steps > 0; steps--) {
        clients.get(random.nextInt(number)).step();
        pause();
      }
      for (Client client : clients) {
        client.end();
      }
    } finally {
      for (Client client : clients) {
        client.peer.close();
      }
    }
  }

  private final class Client {
    final Peer peer;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private int received;

    Client(Peer peer) {
      this.peer = peer;
    }

    void step() throws IOException {
      int underway = sent.size() - received;
      if (random.nextBoolean() && underway > 0) {
        receive(1 + random.nextInt(underway));
      } else if (underway < MOST_UNDERWAY) {
        byte[] piece =
            new byte[1 + random.nextInt(random.nextInt(8) == 0 ? MOST_UNDERWAY - underway : 30)];
        random.nextBytes(piece);
        peer.send(piece);
        sent.writeBytes(piece);
      }
    }

    void end() throws IOException {
      switch (random.nextInt(6)) {
        case 0 -> peer.reset();
        case 1 -> peer.halfClose().reset();
        case 2 -> peer.close();
        default -> {
          peer.halfClose();
          pause();
          receive(sent.size() - received);
          assertEquals(0, peer.receiveAll().length, "after the end");
        }
      }
    }

    private void receive(int count) throws IOException {
      byte[] expected = Arrays.copyOfRange(sent.toByteArray(), received, received + count);
      assertArrayEquals(expected, peer.receive(count), "echo");
      received += count;
    }
  }

  /** None, or one that gives way, or one of less than a millisecond. */
  private void pause() {
    switch (random.nextInt(6)) {
      case 0 -> Thread.yield();
      case 1 -> LockSupport.parkNanos(random.nextInt((int) TimeUnit.MILLISECONDS.toNanos(1)));
      default -> {}
    }
  }
}

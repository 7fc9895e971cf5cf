import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import testkit.Peer;

/** Some clients of the echo server, in turn: each gets back what it sent, and nothing else. */
final class EchoSchedule extends Schedule {
  /** The system takes this much and more, so a client that does not receive can still send. */
  private static final int MOST_UNDERWAY = 60_000;

  private final int port;
  private final int number;

  EchoSchedule(Random random, int port, int number) {
    super(random);
    this.port = port;
    this.number = number;
  }

  @Override
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
        byte[] piece = new byte[size(MOST_UNDERWAY - underway)];
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
          assertBytes("after the end", new byte[0], peer.receiveAll());
        }
      }
    }

    private void receive(int count) throws IOException {
      byte[] expected = Arrays.copyOfRange(sent.toByteArray(), received, received + count);
      assertBytes("echo", expected, peer.receive(count));
      received += count;
    }
  }
}

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;

class EchoServerIT {
  private static final boolean HAS_VIRTUAL_THREADS = Runtime.version().feature() >= 21;

  @ParameterizedTest
  @ValueSource(strings = {"auto", "platform"})
  void twoHundredClientsAtOnceGetBackWhatTheySent(String threads) throws IOException {
    Random random = new Random(200);
    List<RandomClient> clients = new ArrayList<>();
    try (Child server = Child.of("EchoServer", "--threads=" + threads, "0")) {
      for (int i = 0; i < 200; i++) {
        clients.add(new RandomClient(server.port(), random));
      }
      // From here on it is chance whose turn it is: all of them are in the middle of something.
      List<RandomClient> busy = new ArrayList<>(clients);
      while (!busy.isEmpty()) {
        RandomClient client = busy.get(random.nextInt(busy.size()));
        if (!client.step()) {
          busy.remove(client);
        }
      }
      Set<String> expected = new TreeSet<>();
      for (RandomClient client : clients) {
        client.finish();
        expected.add("EchoServer: " + client.address() + " connected");
        expected.add(
            "EchoServer: " + client.address() + " left: " + client.size() + " bytes echoed");
      }
      server.err.await("the notices", text -> notices(text).size() >= expected.size());
      assertEquals(expected, notices(server.err.text()));
      assertEquals("", server.out.text());
    } finally {
      for (RandomClient client : clients) {
        client.close();
      }
    }
  }

  /** All lines but the first, in which the server introduces itself. */
  private static Set<String> notices(String text) {
    return text.lines().skip(1).collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void aMegabyteFlowsBothWaysAtOnce() throws IOException {
    byte[] data = new byte[1_000_000];
    new Random(1).nextBytes(data);
    try (Child server = Child.of("EchoServer", "0");
        Peer client = Peer.connect(server.port())) {
      CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendAndEnd(client, data));
      byte[] received = client.receiveAll();
      sending.join();
      assertEquals(-1, Arrays.mismatch(data, received), "first wrong byte");
      server.err.await(
          "EchoServer: 127.0.0.1:"
              + client.socket.getLocalPort()
              + " left: 1000000 bytes echoed\n");
    }
  }

  private static void sendAndEnd(Peer client, byte[] data) {
    try {
      client.send(data).halfClose();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatWasSentIsEchoedBeforeTheNextByteIs() throws IOException {
    try (Child server = Child.of("EchoServer", "0");
        Peer client = Peer.connect(server.port())) {
      for (String text : List.of("a", "bc", "no line ending", "\r\n")) {
        client.send(text);
        assertEquals(text, new String(client.receive(text.length())));
      }
      client.halfClose();
      assertEquals(0, client.receiveAll().length);
    }
  }

  @Test
  void aClientThatSaysNothingIsNamedAllTheSame() throws IOException {
    try (Child server = Child.of("EchoServer", "0");
        Peer client = Peer.connect(server.port())) {
      client.halfClose();
      assertEquals(0, client.receiveAll().length);
      String address = "127.0.0.1:" + client.socket.getLocalPort();
      server.err.await(
          String.format(
              "EchoServer: %1$s connected\nEchoServer: %1$s left: 0 bytes echoed\n", address));
    }
  }

  @Test
  void aClientThatWasLostIsSaid() throws IOException {
    try (Child server = Child.of("EchoServer", "0");
        Peer client = Peer.connect(server.port())) {
      client.send("x");
      client.receive(1);
      int port = client.socket.getLocalPort();
      client.reset();
      server.err.await(
          "EchoServer: connection to 127.0.0.1:"
              + port
              + " lost: Connection reset: 1 byte echoed\n");
      echoes(server);
    }
  }

  @Test
  void theNoticeNamesTheRealPort() throws IOException {
    try (Child server = Child.of("EchoServer", "0")) {
      int port = server.port();
      assertTrue(port > 0);
      String kind = HAS_VIRTUAL_THREADS ? "virtual" : "platform";
      assertEquals(
          "EchoServer: listening on 127.0.0.1:"
              + port
              + ", a "
              + kind
              + " thread for each client\n",
          server.err.await("\n"));
      echoes(server);
    }
  }

  @Test
  void itListensWhereItIsTold() throws IOException {
    try (Child everywhere = Child.of("EchoServer", "--bind=0.0.0.0", "0");
        Child here = Child.of("EchoServer", "--bind=127.0.0.1", "0");
        Socket socket = new Socket()) {
      new Socket("127.0.0.2", everywhere.port()).close();
      assertTrue(
          here.err.await("\n").startsWith("EchoServer: listening on 127.0.0.1:" + here.port()));
      echoes(here);
      assertThrows(
          ConnectException.class,
          () -> socket.connect(new InetSocketAddress("127.0.0.2", here.port())));
    }
  }

  @Test
  void quietMeansNoNotices() throws IOException {
    int port;
    try (ServerSocket free = Peer.listen()) {
      port = free.getLocalPort(); // A quiet server does not tell its own.
    }
    try (Child server = Child.of("EchoServer", "-q", "--trace", String.valueOf(port))) {
      server.err.await("accept() ...");
      try (Peer client = Peer.connect(port)) {
        client.send("hello").halfClose();
        assertEquals("hello", new String(client.receiveAll()));
      }
      server.err.await("recv() = end of stream");
      server.signal("TERM");
      server.exitStatus();
      assertEquals(List.of(), server.err.text().lines().filter(l -> l.contains("EchoS")).toList());
    }
  }

  @Test
  void platformThreadsAreThreadsOfTheSystem() throws IOException {
    assertTrue(systemThreadsOf("platform").contains("client-1"));
  }

  @Test
  void virtualThreadsAreNot() throws IOException {
    Assumptions.assumeTrue(HAS_VIRTUAL_THREADS, "this JVM has no virtual threads");
    Set<String> threads = systemThreadsOf("virtual");
    assertTrue(threads.stream().noneMatch(name -> name.startsWith("client-")), threads::toString);
  }

  @Test
  void autoMeansVirtualWhereTheyAre() throws IOException {
    assertEquals(!HAS_VIRTUAL_THREADS, systemThreadsOf("auto").contains("client-1"));
  }

  @Test
  void virtualThreadsAreAUsageErrorWhereThereAreNone() {
    Assumptions.assumeFalse(HAS_VIRTUAL_THREADS, "this JVM has virtual threads");
    try (Child server = Child.of("EchoServer", "--threads=virtual", "0")) {
      assertEquals(2, server.exitStatus());
      String error =
          "EchoServer: invalid --threads: this JVM has no virtual threads (Java 21 does)\n"
              + "Usage: EchoServer ";
      assertTrue(server.err.text().startsWith(error), server.err.text());
      assertEquals("", server.out.text());
    }
  }

  @Test
  void aPlatformThreadServesOneClientAfterTheOther() throws IOException {
    try (Child server = Child.of("EchoServer", "--threads=platform", "--trace", "0")) {
      for (int i = 0; i < 20; i++) {
        echoes(server);
      }
      String trace =
          server.err.await("20 clients to leave", text -> text.split(" left: ", -1).length > 20);
      long threads =
          trace
              .lines()
              .filter(line -> line.contains("recv() ..."))
              .map(line -> line.replaceFirst(".* (client-\\d+) .*", "$1"))
              .distinct()
              .count();
      // A thread may not be back yet when the next client comes, but not each time.
      assertTrue(threads < 20, threads + " threads for 20 clients");
    }
  }

  /** The names of the system's threads of a server that has a client. */
  private static Set<String> systemThreadsOf(String kind) throws IOException {
    try (Child server = Child.of("EchoServer", "--threads=" + kind, "0");
        Peer client = Peer.connect(server.port())) {
      client.send("x");
      client.receive(1);
      Path threads = Path.of("/proc/" + server.pid() + "/task");
      Assumptions.assumeTrue(Files.exists(threads), "there is no /proc");
      Set<String> names = new TreeSet<>();
      try (Stream<Path> ids = Files.list(threads)) {
        for (Path id : ids.toList()) {
          try {
            names.add(Files.readString(id.resolve("comm")).strip());
          } catch (IOException e) {
            // It has ended meanwhile.
          }
        }
      }
      return names;
    }
  }

  private static void echoes(Child server) throws IOException {
    try (Peer client = Peer.connect(server.port())) {
      client.send("hello").halfClose();
      assertEquals("hello", new String(client.receiveAll()));
    }
  }

  /** Sends random bytes in random pieces and takes them back in others. */
  private static final class RandomClient implements Closeable {
    /** So much fits into the sockets' buffers, so that neither side waits for the other. */
    private static final int MOST_ON_THE_WAY = 30_000;

    private final Peer peer;
    private final Random random;
    private final byte[] data;
    private int sent;
    private int received;

    RandomClient(int port, Random random) throws IOException {
      this.peer = Peer.connect(port);
      this.random = random;
      this.data = new byte[random.nextInt(60_000)];
      random.nextBytes(data);
    }

    /** Sends or receives a piece; false once all is sent, and the stream has been ended. */
    boolean step() throws IOException {
      if (random.nextBoolean()) {
        int end = sent + piece(Math.min(data.length - sent, MOST_ON_THE_WAY - (sent - received)));
        peer.send(Arrays.copyOfRange(data, sent, end));
        sent = end;
      } else {
        receive(piece(sent - received));
      }
      if (sent == data.length) {
        peer.halfClose();
      }
      return sent < data.length;
    }

    /** Receives what is still on the way, and the end. */
    void finish() throws IOException {
      receive(sent - received);
      assertEquals(0, peer.receiveAll().length, "bytes too many");
    }

    /** As often a few bytes as a few thousand. */
    private int piece(int most) {
      return most == 0 ? 0 : (int) Math.exp(random.nextDouble() * Math.log(most + 1));
    }

    private void receive(int count) throws IOException {
      byte[] piece = peer.receive(count);
      assertEquals(count, piece.length, "the stream ended too early");
      int from = received;
      received += count;
      assertTrue(
          Arrays.equals(data, from, received, piece, 0, count),
          () -> "wrong bytes between " + from + " and " + received + " of " + address());
    }

    String address() {
      return "127.0.0.1:" + peer.socket.getLocalPort();
    }

    int size() {
      return data.length;
    }

    @Override
    public void close() throws IOException {
      peer.close();
    }
  }
}

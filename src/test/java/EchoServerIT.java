import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

class EchoServerIT {
  /** Starts one with a kind of threads; where the JVM has none of it the test is skipped. */
  static Child server(String threads, String... options) {
    boolean has = !threads.equals("virtual") || Runtime.version().feature() >= 21;
    Watch.assume(has, "this JVM has no virtual threads");
    Stream<String> program = Stream.of("EchoServer", "--threads=" + threads, "0");
    return Child.of(Stream.concat(program, Stream.of(options)).toArray(String[]::new));
  }

  static void assertEchoes(Peer client) throws IOException {
    assertEquals("hello\n", client.send("hello\n").receiveLine());
  }

  /** In a random order, in random pieces, with all kinds of ends. */
  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void twoHundredClientsAtOnceGetBackWhatTheySent(String threads) throws IOException {
    Random random = new Random(200);
    Map<Peer, ByteArrayOutputStream> underway = new LinkedHashMap<>();
    try (Child server = server(threads)) {
      for (int i = 0; i < 200; i++) {
        underway.put(Peer.connect(server.port()), new ByteArrayOutputStream());
      }
      List<Peer> clients = new ArrayList<>(underway.keySet());
      for (int round = 0; round < 5; round++) {
        Collections.shuffle(clients, random);
        for (Peer client : clients) {
          byte[] piece = new byte[1 + random.nextInt(12_000)]; // The system takes five of them.
          random.nextBytes(piece);
          client.send(piece);
          underway.get(client).writeBytes(piece);
          if (random.nextBoolean()) {
            assertArrayEquals(
                underway.get(client).toByteArray(), client.receive(underway.get(client).size()));
            underway.get(client).reset();
          }
        }
      }
      for (Peer client : clients) {
        switch (random.nextInt(6)) {
          case 0 -> client.reset();
          case 1 -> client.halfClose().reset();
          case 2 -> client.close();
          default -> {
            client.halfClose();
            assertArrayEquals(underway.get(client).toByteArray(), client.receiveAll());
            client.close();
          }
        }
      }
      server.err.await(200, " connected\n");
      String notices = server.err.await(200, " echoed\n");
      assertFalse(notices.contains("\tat "), notices);
      assertEquals("", server.out.text());
    }
  }
}

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import testkit.Child;
import testkit.Peer;

class EchoServerIT {
  /** The kinds of threads that this JVM has. */
  static List<String> threads() {
    return Runtime.version().feature() < 21 ? List.of("platform") : List.of("platform", "virtual");
  }

  static void assertEchoes(Peer client) throws IOException {
    assertEquals("hello\n", client.send("hello\n").receiveLine());
  }

  /** In a random order, in random pieces, with all kinds of ends. */
  @ParameterizedTest
  @MethodSource("threads")
  void twoHundredClientsAtOnceGetBackAnythingThatTheySend(String threads) throws IOException {
    Random random = new Random(200);
    Map<Peer, ByteArrayOutputStream> underway = new LinkedHashMap<>();
    try (Child server = Child.of("EchoServer", "--threads=" + threads, "0")) {
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
        client.halfClose();
        assertArrayEquals(underway.get(client).toByteArray(), client.receiveAll());
        client.close();
      }
      server.err.await(200, " connected\n");
      String notices = server.err.await(200, " echoed\n");
      assertFalse(notices.contains("\tat "), notices);
      assertEquals("", server.out.text());
    }
  }

  @Test
  void besideMoreStreamsThanProcessorsANewClientAndOneThatWasThereGetTheirEchoes()
      throws IOException {
    List<Peer> streams = new ArrayList<>();
    try (Child server = Child.of("EchoServer", "--report=0.1", "0");
        Peer wasThere = Peer.connect(server.port())) {
      assertEchoes(wasThere);
      for (int i = 0; i < 8 * Runtime.getRuntime().availableProcessors(); i++) {
        streams.add(Peer.connect(server.port()).stream());
      }
      server.err.awaitNumber(" (\\d{8,}) bytes echoed, "); // All of them have begun.
      for (int i = 0; i < 10; i++) {
        assertEchoes(wasThere);
        try (Peer isNew = Peer.connect(server.port())) {
          assertEchoes(isNew);
        }
      }
    } finally {
      for (Peer stream : streams) {
        stream.close();
      }
    }
  }

  /** One writes now and then, one reads slowly, and one reads nothing at all. */
  @Test
  void idleTimeClosesAClientWithoutProgressAndTheProcessMayBeStoppedAndContinued()
      throws Exception {
    String closed = " closed: no progress for ";
    try (Child server = Child.of("EchoServer", "--idle-timeout=1", "--report=0.2", "0");
        Peer writer = Peer.connect(server.port());
        Peer reader = Peer.withSmallBuffers(server.port());
        Peer stuck = Peer.withSmallBuffers(server.port())) {
      reader.flood();
      stuck.flood();
      assertEchoes(writer);
      // Two reports later, the watch has looked at all again: what counts is the stop.
      server.err.await(server.err.count(" clients now, ") + 2, " clients now, ");
      server.signal("STOP");
      Thread.sleep(1300); // The limit, and a quarter more: the length is what this is about.
      server.signal("CONT");
      do {
        assertEchoes(writer);
        assertEquals(1 << 15, reader.receive(1 << 15).length);
        Thread.sleep(100); // slowness is the point
      } while (server.err.count(stuck.name() + closed + "1 s: ") == 0);
      assertEquals(1, server.err.count(closed), server.err.text());
    }
  }
}

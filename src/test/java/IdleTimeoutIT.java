import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;

/** The echo server with {@code --idle-timeout}. */
class IdleTimeoutIT {
  private static final String CLOSED = " closed: no progress for ";

  /** Two are slow, of which one writes and the other reads; the third reads nothing at all. */
  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void oneThatNeverReadsIsClosedAndOneThatReadsSlowlyIsNot(String threads) throws Exception {
    try (Child server = EchoServerIT.server(threads, "--idle-timeout=1");
        Peer writer = Peer.connect(server.port());
        Peer reader = Peer.withSmallBuffers(server.port());
        Peer stuck = Peer.withSmallBuffers(server.port())) {
      reader.flood();
      stuck.flood();
      String end = stuck.name() + CLOSED + "1 s: ";
      for (int i = 0; i < 12 || server.err.count(end) == 0; i++) {
        EchoServerIT.assertEchoes(writer);
        assertEquals(1 << 15, reader.receive(1 << 15).length);
        Thread.sleep(200); // slowness is the point
      }
      assertEquals(1, server.err.count(CLOSED), server.err.text());
    }
  }

  @Test
  void theTimeForWhichTheServerIsStoppedDoesNotCount() throws Exception {
    try (Child server = Child.of("EchoServer", "--idle-timeout=2", "0");
        Peer client = Peer.connect(server.port())) {
      EchoServerIT.assertEchoes(client);
      for (int i = 0; i < 10; i++) { // Nine looks would be enough to close it.
        server.signal("STOP");
        Thread.sleep(600); // the length of the stop is what this is about
        server.signal("CONT");
        Thread.sleep(50); // and it must run again, or it was one stop
      }
      assertEquals(0, server.err.count(CLOSED), server.err.text());
      server.err.await(client.name() + CLOSED + "2 s: ");
    }
  }
}

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import testkit.Child;
import testkit.Peer;

/** The echo server with {@code --max-clients}. */
class MaxClientsIT {
  @Test
  void theNextClientWaitsAndIsServedWhenOneLeaves() throws Exception {
    try (Child server = Child.of("EchoServer", "--max-clients=2", "0")) {
      int port = server.port();
      Peer first = Peer.connect(port).send("1\n");
      assertEquals("1\n", first.receiveLine());
      Peer second = Peer.connect(port).send("2\n");
      assertEquals("2\n", second.receiveLine());
      Peer third = Peer.connect(port).send("3\n");
      assertEquals("more\n", second.send("more\n").receiveLine());

      first.close();
      assertEquals("3\n", third.receiveLine());
      assertEquals("more\n", second.send("more\n").receiveLine());
      String notices = server.err.text();
      int firstLeft = notices.indexOf(first.socket.getLocalPort() + " left: ");
      int thirdConnected = notices.indexOf(third.socket.getLocalPort() + " connected");
      assertTrue(0 < firstLeft && firstLeft < thirdConnected, notices);
    }
  }

  @Test
  void oneThatResetsMakesRoomToo() throws Exception {
    try (Child server = Child.of("EchoServer", "--max-clients=1", "0")) {
      int port = server.port();
      Peer first = Peer.connect(port).send("1\n");
      assertEquals("1\n", first.receiveLine());
      Peer second = Peer.connect(port).send("2\n");
      first.reset();
      assertEquals("2\n", second.receiveLine());
    }
  }

  @Test
  void neverMoreAreServedAndNoneIsRefused() throws Exception {
    try (Child server = Child.of("EchoServer", "--max-clients=3", "0")) {
      int port = server.port();
      List<Peer> clients = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        clients.add(Peer.connect(port).send(i + "\n").halfClose());
      }
      for (int i = 0; i < 40; i++) {
        assertEquals(i + "\n", new String(clients.get(i).receiveAll()));
      }
      server.err.await("40 to leave", text -> text.split(" left: ", -1).length == 41);
      int served = 0;
      for (String notice : server.err.text().split("\n")) {
        served += notice.endsWith(" connected") ? 1 : notice.contains(" left: ") ? -1 : 0;
        assertTrue(served <= 3, server.err.text());
      }
    }
  }
}

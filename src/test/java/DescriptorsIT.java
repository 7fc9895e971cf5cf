import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** The echo server with more clients than it may have descriptors. */
class DescriptorsIT {
  private static final int CLIENTS = 200;

  /** These come first: the JVM opens descriptors of its own for the first clients. */
  private static final int WARM_UP = 20;

  private static final String SHORT = "cannot accept: ";
  private static final String OVER = "accepting new clients again";

  @BeforeAll
  static void needs() {
    Watch.assumeLinuxWith("bash");
  }

  @Test
  void aShortageHurtsNobodyAndIsSaidOnce() throws Exception {
    try (Child server = limitedTo(120)) {
      int port = server.port();
      List<Peer> clients = new ArrayList<>();
      for (int i = 0; i < WARM_UP; i++) {
        clients.add(Peer.connect(port).send("hello\n"));
      }
      for (Peer client : clients) {
        assertEquals("hello\n", client.receiveLine());
        assertEquals("hello again\n", client.send("hello again\n").receiveLine());
        client.close();
      }
      server.err.await("they have left", text -> text.split(" left: ", -1).length > WARM_UP);
      Watch.until("rest", () -> Watch.descriptors(server.pid()) < WARM_UP);
      int before = Watch.descriptors(server.pid());

      clients.clear();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(Peer.connect(port).send(greeting(i)));
      }
      String notices = server.err.await(SHORT);
      assertTrue(notices.contains("Too many open files: new clients wait"), notices);
      int served = notices.split(" connected", -1).length - 1 - WARM_UP;
      assertTrue(served > 50 && served < 120, "served " + served);

      Duration begin = Watch.cpuTime(server.pid());
      Thread.sleep(2000); // what the process does meanwhile is the question
      long used = Watch.cpuTime(server.pid()).minus(begin).toMillis();
      assertTrue(used < 300, used + " ms of CPU time in 2 s of waiting");

      for (int i = 0; i < served; i++) {
        clients.get(i).send("again\n");
      }
      for (int i = 0; i < CLIENTS; i++) {
        String expected = greeting(i) + (i < served ? "again\n" : "");
        assertEquals(expected, new String(clients.get(i).receive(expected.length())));
        clients.get(i).close();
      }

      server.err.await(OVER);
      Watch.until("no descriptor left behind", () -> Watch.descriptors(server.pid()) <= before);
      try (Peer late = Peer.connect(port).send("hello\n").halfClose()) {
        assertEquals("hello\n", new String(late.receiveAll()));
      }
      server.signal("TERM");
      server.exitStatus();
      String all = server.err.text();
      assertEquals(2, all.split(SHORT).length, all);
      assertEquals(2, all.split(OVER).length, all);
      assertTrue(all.contains("stopped: " + (CLIENTS + WARM_UP + 1) + " clients served"), all);
    }
  }

  @Test
  void theNextShortageIsSaidAgain() throws Exception {
    try (Child server = limitedTo(60)) {
      int port = server.port();
      for (int shortage = 1; shortage <= 2; shortage++) {
        int lines = 2 * shortage;
        List<Peer> clients = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
          clients.add(Peer.connect(port));
        }
        server.err.await(shortage + ". shortage", text -> shortages(text) == lines - 1);
        for (Peer client : clients) {
          client.close();
        }
        server.err.await("end of shortage " + shortage, text -> shortages(text) == lines);
      }
    }
  }

  @Test
  void aShortageBeforeAnyoneSaidAWordHurtsNobody() throws Exception {
    try (Child server = limitedTo(60)) {
      int port = server.port();
      List<Peer> clients = new ArrayList<>();
      for (int i = 0; i < 70; i++) {
        clients.add(Peer.connect(port));
      }
      server.err.await(SHORT);
      for (Peer client : clients) {
        assertEquals("hello\n", client.send("hello\n").receiveLine());
        client.close();
      }
      server.err.await(OVER);
      assertFalse(server.err.text().contains("Exception"), server.err.text());
    }
  }

  @Test
  void aShortageDoesNotKeepTheServerFromStopping() throws Exception {
    try (Child server = limitedTo(60)) {
      int port = server.port();
      List<Peer> clients = new ArrayList<>();
      for (int i = 0; i < 70; i++) {
        clients.add(Peer.connect(port));
      }
      server.err.await(SHORT);
      server.signal("TERM");
      assertEquals(143, server.exitStatus());
      assertTrue(server.err.text().contains("stopped: "), server.err.text());
    }
  }

  private static Child limitedTo(int descriptors) {
    String script = "ulimit -n " + descriptors + "; exec \"$@\"";
    return Child.inShell(script, List.of(), "EchoServer", "0");
  }

  private static String greeting(int client) {
    return "I am " + client + "\n";
  }

  /** How often a shortage was said to begin or to end. */
  private static int shortages(String notices) {
    return notices.split(SHORT + "|" + OVER, -1).length - 1;
  }
}

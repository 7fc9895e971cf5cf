import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** The echo server after many clients that reset their connections. */
class ResetsIT {
  private static final int RESETS = 2000;
  private static final byte[] MUCH = new byte[200_000];

  @BeforeAll
  static void needs() {
    Watch.assumeLinuxWith();
  }

  @Test
  void nothingIsLeftOfTwoThousandResets() throws Exception {
    try (Child server = Child.withJvm(List.of("-Xmx32m", "-XX:+UseSerialGC"), "EchoServer", "0")) {
      int port = server.port();
      for (int i = 0; i < 100; i++) {
        reset(port, i);
      }
      echoOneAndLeave(port);
      Watch.until("rest", () -> instances(server, "sockets.Connection") == 0);
      int threads = Watch.threads(server.pid());
      int descriptors = Watch.descriptors(server.pid());
      long bytes = liveBytes(server);

      for (int i = 0; i < RESETS; i++) {
        reset(port, i);
        if (i % 20 == 0) {
          echoOneAndLeave(port); // clients are accepted in order: the server has caught up
        }
      }
      echoOneAndLeave(port);

      Watch.until("no descriptor left", () -> Watch.descriptors(server.pid()) <= descriptors);
      Watch.until("no connection left", () -> instances(server, "sockets.Connection") == 0);
      // A pool keeps idle threads for the next clients, as many as were ever served at once.
      int more = Watch.threads(server.pid()) - threads;
      assertTrue(more <= 60, more + " more threads");
      long growth = liveBytes(server) - bytes;
      assertTrue(growth < 500_000, growth + " more bytes of heap");

      server.signal("TERM");
      assertEquals(143, server.exitStatus());
      String notices = server.err.text();
      assertFalse(notices.contains("\tat ") || notices.contains("Exception"), notices);
      assertTrue(notices.contains("lost: Connection reset: "), notices);
    }
  }

  private static void reset(int port, int i) throws IOException {
    Peer client = Peer.connect(port);
    switch (i % 4) {
      case 0: // before the first byte
        break;
      case 1: // in mid-echo, when the server sends
        client.send(MUCH).receive(1);
        break;
      case 2: // in mid-echo, when the server receives
        client.send("hello\n").receive(6);
        break;
      default: // after half-close
        client.send(MUCH).halfClose();
    }
    client.reset();
  }

  private static void echoOneAndLeave(int port) throws IOException {
    try (Peer client = Peer.connect(port).send("hello\n").halfClose()) {
      assertEquals("hello\n", new String(client.receiveAll()));
    }
  }

  /** How many objects of a class are alive, after a full garbage collection. */
  private static int instances(Child server, String className) {
    String histogram = Watch.jdkTool("jcmd", server.pid(), "GC.class_histogram");
    Matcher line = Pattern.compile("(\\d+) +\\d+ +" + className + "\\s").matcher(histogram);
    return line.find() ? Integer.parseInt(line.group(1)) : 0;
  }

  private static long liveBytes(Child server) {
    String histogram = Watch.jdkTool("jcmd", server.pid(), "GC.class_histogram");
    Matcher line = Pattern.compile("Total +\\d+ +(\\d+)").matcher(histogram);
    assertTrue(line.find(), histogram);
    return Long.parseLong(line.group(1));
  }
}

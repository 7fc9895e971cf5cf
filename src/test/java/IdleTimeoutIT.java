import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** The echo server with {@code --idle-timeout}, and without. */
class IdleTimeoutIT {
  private static final String CLOSED = " closed: no progress for ";

  @Test
  void aSilentClientIsClosed() throws Exception {
    try (Child server = Child.of("EchoServer", "--idle-timeout=0.5", "0")) {
      int port = server.port();
      try (Peer never = Peer.connect(port);
          Peer first = Peer.connect(port).send("hello\n")) {
        assertEquals("hello\n", new String(first.receiveAll()));
        assertEquals("", new String(never.receiveAll()));
        String address = "connection to 127.0.0.1:" + first.socket.getLocalPort();
        server.err.await(address + CLOSED + "0.5 s: 6 bytes echoed");
      }
    }
  }

  @Test
  void aClientThatNeverReadsIsClosedAndTheSystemForgetsIt() throws Exception {
    Watch.assumeLinuxWith();
    try (Child server = Child.of("EchoServer", "--trace", "--idle-timeout=2", "0")) {
      int port = server.port();
      try (Peer stuck = withSmallBuffers(port)) {
        int clientPort = stuck.socket.getLocalPort();
        sendUntilStuck(stuck, server);
        server.err.await("127.0.0.1:" + clientPort + CLOSED + "2 s");
        Watch.until("no trace of it", () -> !Watch.systemKnows(port, clientPort));
      }
    }
  }

  /**
   * Ends when the server has received all and is blocked in sending it back. Bytes that it had not
   * received would have the system forget the connection anyway.
   */
  private static void sendUntilStuck(Peer peer, Child server) throws Exception {
    byte[] piece = new byte[1 << 14];
    boolean stuck = false;
    for (long sent = piece.length; !stuck; sent += piece.length) {
      long expected = sent;
      peer.send(piece);
      server.err.await("all to be received", trace -> received(trace) == expected);
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1500);
      while (!server.err.text().endsWith(" recv() ...\n") && !stuck) {
        Thread.sleep(5); // a send that takes so long is blocked: nothing else tells
        stuck = System.nanoTime() > end;
      }
    }
  }

  private static long received(String trace) {
    Matcher call = Pattern.compile("recv\\(\\) = (\\d+) byte").matcher(trace);
    return call.results().mapToLong(result -> Long.parseLong(result.group(1))).sum();
  }

  /** Two that do something all the time: one writes slowly, the other reads slowly. */
  @Test
  void aClientThatMakesProgressIsNeverClosed() throws Exception {
    try (Child server = Child.of("EchoServer", "--idle-timeout=2", "0")) {
      int port = server.port();
      try (Peer writer = Peer.connect(port);
          Peer reader = withSmallBuffers(port)) {
        Thread filling = new Thread(() -> sendUntilClosed(reader));
        filling.setDaemon(true);
        filling.start();
        for (int i = 0; i < 24; i++) {
          assertEquals("slow\n", writer.send("slow\n").receiveLine());
          assertEquals(1 << 14, reader.receive(1 << 14).length);
          Thread.sleep(200); // slowness is the point
        }
        assertFalse(server.err.text().contains(CLOSED), server.err.text());
      }
    }
  }

  @Test
  void theTimerIsThereOnlyWithTheOption() throws Exception {
    List<String> watched = List.of("EchoServer", "--idle-timeout=60", "0");
    for (List<String> arguments : List.of(watched, List.of("EchoServer", "0"))) {
      try (Child server = Child.of(arguments.toArray(new String[0]));
          Peer client = Peer.connect(server.port()).send("hello\n")) {
        client.receiveLine();
        String threads = Watch.jdkTool("jcmd", server.pid(), "Thread.print");
        assertTrue(threads.contains("\"main\""), threads);
        assertEquals(arguments == watched, threads.contains("\"timer\""), threads);
      }
    }
  }

  /** The classes that a byte passes through on its way never ask for the time. */
  @Test
  void theClassesThatEchoCallNoClock() throws Exception {
    List<String> clocks = List.of("nanoTime", "currentTimeMillis", "java/time/Instant");
    try (ZipFile jar = new ZipFile(System.getProperty("jar"))) {
      for (String name : List.of("EchoServer", "sockets/Connection")) {
        try (InputStream in = jar.getInputStream(jar.getEntry(name + ".class"))) {
          String constants = new String(in.readAllBytes(), ISO_8859_1);
          List<String> called = new ArrayList<>(clocks);
          called.removeIf(clock -> !constants.contains(clock));
          assertEquals(List.of(), called, name);
        }
      }
    }
  }

  private static Peer withSmallBuffers(int port) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(1 << 13);
    socket.setSendBufferSize(1 << 13);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return new Peer(socket);
  }

  private static void sendUntilClosed(Peer peer) {
    try {
      while (true) {
        peer.send(new byte[1 << 16]);
      }
    } catch (IOException e) {
      // The test has ended, or has failed.
    }
  }
}

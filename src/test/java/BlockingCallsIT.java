import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import testkit.Child;
import testkit.Peer;
import testkit.Trace;

/** What blocking_calls.md says about one client at a time. */
class BlockingCallsIT {
  private static final Predicate<String> AT_THE_THIRD_LINE =
      text -> Trace.count(text, "read(keyboard) ...") == 3;

  @Test
  void theSecondClientIsConnectedAtOnceAndServedWhenTheFirstLeaves() {
    try (Child server = server();
        Child first = client(server)) {
      first.type("hello\n");
      server.out.await("hello\n");
      server.err.await("read(keyboard) ...");
      try (Child second = client(server)) {
        second.err.await("connected to");
        second.type("anybody there?\nhello?\n");
        second.err.await("send(15 bytes) = ok");
        assertEquals(1, Trace.count(server.err.text(), "accept() ="));
        assertEquals(1, Trace.count(server.err.text(), "recv() ="));

        server.type("hi first\n");
        first.out.await("hi first\n");
        assertEquals("hello\n", server.out.text());
        assertEquals(1, Trace.count(server.err.text(), "accept() ="));

        first.type("\n");
        assertEquals(0, first.exitStatus());
        server.out.await("anybody there?\n");
        server.type("sorry, I was busy\n");
        second.out.await("sorry, I was busy\n");
        server.out.await("hello?\n");
        String text = server.err.await("the third line", AT_THE_THIRD_LINE);
        assertEquals(
            List.of(
                "recv() = end of stream",
                "accept() ...",
                "accept() = CLIENT",
                "recv() ...",
                "recv() = 15 bytes",
                "read(keyboard) ...",
                "read(keyboard) = 18 bytes",
                "send(18 bytes) ...",
                "send(18 bytes) = ok",
                "recv() ...",
                "recv() = 7 bytes",
                "read(keyboard) ..."),
            lastOf(12, Trace.of("main", text)));
      }
    }
  }

  @Test
  void whatTheSecondClientTypesWaitsInTheSystem() throws IOException {
    try (Child server = server();
        Peer first = Peer.connect(server.port());
        Peer second = Peer.connect(server.port())) {
      first.send("hello\n");
      server.out.await("hello\n");
      second.send("anybody there?\n");
      String sockets = ss("-Htn", "sport = :" + server.port());
      String port = ":" + second.socket.getLocalPort() + " ";
      String line = sockets.lines().filter(l -> (l + " ").contains(port)).findAny().orElseThrow();
      assertEquals(List.of("ESTAB", "15", "0"), words(line).subList(0, 3));
      assertEquals(
          List.of("LISTEN", "1"), words(ss("-Htln", "sport = :" + server.port())).subList(0, 2));
    }
  }

  @Test
  void ninetyNineWaitAndAreServedInTheOrderInWhichTheyCame() throws IOException {
    List<Peer> waiting = new ArrayList<>();
    try (Child server = server();
        Peer first = Peer.connect(server.port())) {
      first.send("first\n");
      server.out.await("first\n");
      for (int i = 1; i < 100; i++) {
        waiting.add(Peer.connect(server.port()).send("client " + i + "\n"));
      }
      assertEquals(1, Trace.count(server.err.text(), "accept() ="));

      server.type("\n".repeat(100)); // an empty line for each: it closes his connection
      server.err.await("the last", text -> Trace.count(text, "accept() =") == 100);
      server.out.await("client 99\n");
      assertEquals(
          IntStream.range(1, 100).mapToObj(i -> "client " + i).collect(Collectors.toList()),
          server.out.text().lines().skip(1).collect(Collectors.toList()));
    } finally {
      for (Peer peer : waiting) {
        peer.close();
      }
    }
  }

  @Test
  void theQueueIsAsLongAsTheSystemAllows() throws IOException {
    Path limit = Path.of("/proc/sys/net/core/somaxconn");
    assumeTrue(Files.exists(limit), "not Linux");
    int allowed;
    try (BufferedReader reader = Files.newBufferedReader(limit)) { // a sysctl reads as a whole only
      allowed = Integer.parseInt(reader.readLine());
    }
    try (Child server = server()) {
      String queue = words(ss("-Htln", "sport = :" + server.port())).get(2);
      assertEquals(String.valueOf(Math.min(4096, allowed)), queue);
    }
  }

  @Test
  void aFullQueueMakesConnectTimeOutUntilSomebodyIsAccepted() throws IOException {
    List<Socket> queued = new ArrayList<>();
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      fill(listener, queued);
      String port = String.valueOf(listener.getLocalPort());
      String call = "connect(127.0.0.1:" + port + ")";
      try (Child refused = Child.of("DumbNet", "--trace", "-w", "0.5", "127.0.0.1", port)) {
        assertEquals(1, refused.exitStatus());
        String text = refused.err.text();
        assertEquals(call + " ...", Trace.of("main", text).get(0));
        assertEquals(call + " = Connect timed out", Trace.last("main", text));
        assertTrue(text.contains("timed out after 0.5 s"), text);
      }
      try (Child patient = Child.of("DumbNet", "--trace", "-w", "20", "127.0.0.1", port)) {
        patient.err.await(call + " ...");
        listener.accept().close();
        patient.err.await(call + " = ok");
      }
    } finally {
      for (Socket socket : queued) {
        socket.close();
      }
    }
  }

  @Test
  void linesTypedAheadWaitOutsideTheProgramAndAreSentOnePerTurn() {
    try (Child server = server();
        Child client =
            Child.inShell(
                "\"$@\"; cat",
                List.of(),
                "OneToOne",
                "--trace",
                "127.0.0.1",
                String.valueOf(server.port()))) {
      client.type("one\ntwo\nthree\nfour\n").endInput();
      server.out.await("one\n");
      server.type("got one\n");
      server.out.await("two\n");
      server.type("got two\n");
      server.out.await("three\n");
      server.type("\n");
      assertEquals(0, client.exitStatus());
      assertEquals("one\ntwo\nthree\n", server.out.text());
      assertEquals("got one\ngot two\nfour\n", client.out.text());
      assertEquals(
          List.of(
              "read(keyboard) ...",
              "read(keyboard) = 4 bytes",
              "send(4 bytes) ...",
              "send(4 bytes) = ok",
              "recv() ...",
              "recv() = 8 bytes",
              "read(keyboard) ...",
              "read(keyboard) = 4 bytes",
              "send(4 bytes) ...",
              "send(4 bytes) = ok",
              "recv() ...",
              "recv() = 8 bytes",
              "read(keyboard) ...",
              "read(keyboard) = 6 bytes",
              "send(6 bytes) ...",
              "send(6 bytes) = ok",
              "recv() ...",
              "recv() = end of stream"),
          lastOf(18, Trace.of("main", client.err.text())));
    }
  }

  @Test
  void linesSentAheadWaitAtTheServerAndArePrintedOnePerTurn() throws IOException {
    try (Child server = server();
        Peer client = Peer.connect(server.port())) {
      client.send("one\n");
      server.out.await("one\n");
      client.send("two\nthree\n");
      server.type("got one\n");
      assertEquals("got one\n", client.receiveLine());
      server.out.await("two\n");
      server.type("got two\n");
      assertEquals("got two\n", client.receiveLine());
      server.out.await("three\n");
      String text = server.err.await("the third line", AT_THE_THIRD_LINE);
      assertEquals("one\ntwo\nthree\n", server.out.text());
      assertEquals(
          List.of(
              "recv() = 10 bytes",
              "read(keyboard) ...",
              "read(keyboard) = 8 bytes",
              "send(8 bytes) ...",
              "send(8 bytes) = ok",
              "read(keyboard) ..."),
          lastOf(6, Trace.of("main", text)));
    }
  }

  @Test
  void whoIsAtTheKeyboardFindsThePeerGoneAtTheRecvAfterTheNextSend() {
    try (Child server = server();
        Child client = client(server)) {
      client.type("hello\n");
      server.out.await("hello\n");
      server.type("hi\n");
      client.err.await("his turn", text -> Trace.count(text, "read(keyboard) ...") == 2);
      server.signal("TERM");
      server.exitStatus();
      assertEquals("read(keyboard) ...", Trace.last("main", client.err.text()));
      assertTrue(client.isRunning());

      client.type("are you there?\n");
      assertEquals(0, client.exitStatus());
      assertEquals(
          List.of("send(15 bytes) = ok", "recv() ...", "recv() = end of stream"),
          lastOf(3, Trace.of("main", client.err.text())));
    }
  }

  @Test
  void theServerFindsItsClientGoneInTheSameWayAndAcceptsTheNext() throws IOException {
    try (Child server = server();
        Child client = client(server);
        Peer next = connectAfter(client, server)) {
      client.type("hello\n");
      server.out.await("hello\n");
      next.send("next\n");
      client.signal("TERM");
      client.exitStatus();
      assertFalse(server.out.text().contains("next"));

      server.type("hi\n");
      server.out.await("next\n");
      String trace =
          server.err.await("accept() again", text -> Trace.count(text, "accept() ...") == 2);
      assertEquals(
          List.of("send(3 bytes) = ok", "recv() ...", "recv() = end of stream", "accept() ..."),
          Trace.of("main", trace).stream()
              .dropWhile(call -> !call.equals("send(3 bytes) = ok"))
              .limit(4)
              .collect(Collectors.toList()));
    }
  }

  @Test
  void aResetEndsRecvAtOnceButIsNotSeenFromTheKeyboard() throws IOException {
    try (Child server = server();
        Peer first = Peer.connect(server.port());
        Child receiving = client(server);
        Child typing = client(server)) {
      first.send("hello\n");
      server.out.await("hello\n");
      receiving.type("anybody there?\n");
      receiving.err.await("recv() ...");
      typing.err.await("read(keyboard) ...");
      server.signal("TERM");

      assertEquals(1, receiving.exitStatus());
      assertEquals("recv() = Connection reset", Trace.last("main", receiving.err.text()));
      assertEquals("read(keyboard) ...", Trace.last("main", typing.err.text()));
      assertTrue(typing.isRunning());

      typing.type("are you there?\n");
      assertEquals(1, typing.exitStatus());
      String last = Trace.last("main", typing.err.text());
      assertTrue(last.startsWith("send(15 bytes) = "), last);
      assertFalse(last.endsWith("ok"), last);
    }
  }

  private static Child server() {
    return Child.of("OneToOne", "--trace", "server", "0");
  }

  private static Child client(Child server) {
    return Child.of("OneToOne", "--trace", "127.0.0.1", String.valueOf(server.port()));
  }

  private static Peer connectAfter(Child client, Child server) throws IOException {
    client.err.await("connected to");
    return Peer.connect(server.port());
  }

  private static void fill(ServerSocket listener, List<Socket> queued) throws IOException {
    for (int i = 0; i < 10; i++) {
      Socket socket = new Socket();
      queued.add(socket);
      try {
        socket.connect(
            new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()), 500);
      } catch (SocketTimeoutException e) {
        socket.close();
        return;
      }
    }
    throw new AssertionError("ten clients fit into a queue of one");
  }

  private static String ss(String... arguments) {
    List<String> command = new ArrayList<>(List.of("ss"));
    command.addAll(List.of(arguments));
    try (Child ss = Child.command(command.toArray(String[]::new))) {
      assertEquals(0, ss.exitStatus(), ss.err.text());
      return ss.out.text();
    }
  }

  private static List<String> words(String line) {
    return List.of(line.strip().split("\\s+"));
  }

  private static List<String> lastOf(int count, List<String> calls) {
    return calls.subList(Math.max(0, calls.size() - count), calls.size()).stream()
        .map(call -> call.replaceFirst("^accept\\(\\) = .*:\\d+$", "accept() = CLIENT"))
        .collect(Collectors.toList());
  }
}

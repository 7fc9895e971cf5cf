import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import testkit.Child;
import testkit.Peer;
import testkit.Trace;
import testkit.Watch;

/** What blocking_calls.md says about one client at a time. */
class BlockingCallsIT {
  @Test
  void theSecondClientIsConnectedAtOnceAndServedWhenTheFirstLeaves() {
    try (Child server = server();
        Child first = client(server)) {
      first.type("hello\n");
      server.out.await("hello\n");
      try (Child second = client(server)) {
        second.type("anybody there?\nhello?\n");
        awaitCalls(
            second,
            "connect(127.0.0.1:" + server.port() + ") = ok",
            "read(keyboard) = 15 bytes, send(15 bytes) = ok, recv() ...");
        awaitCalls(server, "accept() = CLIENT, recv() = 6 bytes, read(keyboard) ...");

        server.type("hi first\n");
        first.out.await("hi first\n");
        awaitCalls(server, "read(keyboard) = 9 bytes, send(9 bytes) = ok, recv() ...");
        assertEquals("hello\n", server.out.text());

        first.type("\n");
        assertEquals(0, first.exitStatus());
        server.out.await("anybody there?\n");
        server.type("sorry, I was busy\n");
        second.out.await("sorry, I was busy\n");
        server.out.await("hello?\n");
        awaitCalls(
            server,
            "send(9 bytes) = ok, recv() = end of stream",
            "accept() = CLIENT, recv() = 15 bytes",
            "read(keyboard) = 18 bytes, send(18 bytes) = ok, recv() = 7 bytes, read(keyboard) ...");
      }
    }
  }

  @Test
  void whatTheSecondClientTypesWaitsInTheSystem() throws IOException {
    try (Child server = server();
        Peer first = Peer.connect(server.port()).send("hello\n");
        Peer second = Peer.connect(server.port()).send("anybody there?\n")) {
      server.out.await("hello\n");
      String here = "sport = :" + server.port();
      String queue = ss("-Htln", here);
      assertTrue(queue.startsWith("LISTEN 1 "), queue);
      assertEquals("ESTAB 0 0", ss("-Htn", here + " and dst " + first.name()));
      assertEquals("ESTAB 15 0", ss("-Htn", here + " and dst " + second.name()));
    }
  }

  @Test
  void ninetyNineWaitAndAreServedInTheOrderInWhichTheyCame() throws IOException {
    List<Peer> peers = new ArrayList<>();
    String sent = "";
    try (Child server = server()) {
      for (int i = 0; i < 100; i++) {
        String line = "client " + i + "\n";
        peers.add(Peer.connect(server.port()).send(line));
        sent += line;
      }
      String first = "accept() = CLIENT, recv() = 9 bytes, read(keyboard) ...";
      awaitCalls(server, first);
      assertEquals(first, calls("main", server.err.text()));

      server.type("\n".repeat(100)); // An empty line for each: it closes the connection.
      assertEquals(sent, server.out.await("client 99\n"));
    } finally {
      for (Peer peer : peers) {
        peer.close();
      }
    }
  }

  @Test
  void theQueueIsAsLongAsTheSystemAllows() throws IOException {
    Watch.assumeLinuxWith("ss");
    String allowed = Files.readAllLines(Path.of("/proc/sys/net/core/somaxconn")).get(0);
    try (Child server = server()) {
      String expected = "LISTEN 0 " + Math.min(4096, Integer.parseInt(allowed));
      assertEquals(expected, ss("-Htln", "sport = :" + server.port()));
    }
  }

  @Test
  void aFullQueueMakesConnectTimeOutUntilSomebodyIsAccepted() throws IOException {
    try (ServerSocket listening = Peer.fullQueue()) {
      String port = Peer.port(listening);
      String call = "connect(127.0.0.1:" + port + ") ";
      try (Child impatient = Child.of("DumbNet", "--trace", "-w0.5", "127.0.0.1", port)) {
        assertEquals(1, impatient.exitStatus());
        awaitCalls(impatient, call + "= Connect timed out");
        impatient.err.await("timed out after 0.5 s");
      }
      try (Child patient = Child.of("DumbNet", "--trace", "-w20", "127.0.0.1", port)) {
        awaitCalls(patient, call + "...");
        listening.accept().close();
        patient.err.await(call + "= ok");
      }
    }
  }

  @Test
  void linesTypedAheadWaitOutsideTheProgramAndAreSentOnePerTurn() {
    try (Child server = server()) {
      String[] program = {"OneToOne", "--trace", "127.0.0.1", "" + server.port()};
      try (Child client = Child.inShell("\"$@\"; cat", List.of(), program)) {
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
        awaitCalls(
            client,
            "read(keyboard) = 4 bytes, send(4 bytes) = ok, recv() = 8 bytes",
            "read(keyboard) = 4 bytes, send(4 bytes) = ok, recv() = 8 bytes",
            "read(keyboard) = 6 bytes, send(6 bytes) = ok, recv() = end of stream");
      }
    }
  }

  @Test
  void linesSentAheadWaitAtTheServerAndArePrintedOnePerTurn() throws IOException {
    try (Child server = server();
        Peer client = Peer.connect(server.port()).send("one\n")) {
      server.out.await("one\n");
      client.send("two\nthree\n");
      server.type("got one\n");
      server.out.await("two\n");
      awaitCalls(server, "send(8 bytes) = ok, recv() = 10 bytes, read(keyboard) ...");
      assertEquals("one\ntwo\n", server.out.text());
      server.type("got two\n");
      server.out.await("three\n");
      String second = "read(keyboard) = 8 bytes, send(8 bytes) = ok, read(keyboard) ...";
      awaitCalls(server, "recv() = 10 bytes", second);
      assertEquals("got one\ngot two\n", new String(client.receive(16)));
    }
  }

  @Test
  void aPeerThatLeftIsFoundAtTheRecvAfterTheNextSend() {
    try (Child server = server();
        Child client = client(server)) {
      client.type("hello\n");
      server.out.await("hello\n");
      server.type("hi\n");
      awaitCalls(client, "recv() = 3 bytes, read(keyboard) ...");
      server.signal("TERM");
      server.exitStatus();
      awaitCalls(client, "recv() = 3 bytes, read(keyboard) ...");

      client.type("are you there?\n");
      assertEquals(0, client.exitStatus());
      awaitCalls(client, "read(keyboard) = 15 bytes, send(15 bytes) = ok, recv() = end of stream");
    }
  }

  @Test
  void theServerFindsItsClientGoneInTheSameWayAndAcceptsTheNext() throws IOException {
    try (Child server = server();
        Child client = client(server)) {
      client.type("hello\n");
      awaitCalls(server, "recv() = 6 bytes, read(keyboard) ...");
      try (Peer next = Peer.connect(server.port())) {
        next.send("next\n");
        client.signal("TERM");
        client.exitStatus();
        awaitCalls(server, "recv() = 6 bytes, read(keyboard) ...");

        server.type("hi\n");
        awaitCalls(
            server,
            "recv() = 6 bytes, read(keyboard) = 3 bytes, send(3 bytes) = ok, recv() = end of"
                + " stream",
            "accept() = CLIENT, recv() = 5 bytes, read(keyboard) ...");
      }
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
      awaitCalls(receiving, "send(15 bytes) = ok, recv() ...");
      awaitCalls(typing, "read(keyboard) ...");
      server.signal("TERM");

      assertEquals(1, receiving.exitStatus());
      awaitCalls(receiving, "recv() = Connection reset");
      awaitCalls(typing, "read(keyboard) ...");

      typing.type("are you there?\n");
      assertEquals(1, typing.exitStatus());
      String calls = calls("main", typing.err.text());
      assertTrue(calls.matches(".* send\\(15 bytes\\) = (Connection reset.*|Broken pipe)"), calls);
    }
  }

  private static Child server() {
    return Child.of("OneToOne", "--trace", "server", "0");
  }

  static Child client(Child server) {
    return Child.of("OneToOne", "--trace", "127.0.0.1", "" + server.port());
  }

  private static void awaitCalls(Child child, String... expected) {
    awaitCalls("main", child, expected);
  }

  /** Waits until these are a thread's last calls so far. */
  static void awaitCalls(String thread, Child child, String... expected) {
    String calls = String.join(", ", expected);
    child.err.await(calls, text -> (", " + calls(thread, text)).endsWith(", " + calls));
  }

  /** What each call of a thread so far has brought, and "..." for one that has not returned. */
  static String calls(String thread, String text) {
    return String.join(", ", Trace.of(thread, text))
        .replaceAll("[^ ,][^,]* \\.\\.\\., ", "")
        .replaceAll("accept\\(\\) = 127[^,]*", "accept() = CLIENT");
  }

  /** The first three words of ss(8) about a socket: its state, and its queues. */
  private static String ss(String options, String filter) {
    try (Child ss = Child.command("ss", options, filter)) {
      assertEquals(0, ss.exitStatus(), ss.err.text());
      return String.join(" ", List.of(ss.out.text().split("\\s+")).subList(0, 3));
    }
  }
}

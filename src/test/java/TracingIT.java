import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import testkit.Child;
import testkit.Peer;

class TracingIT {
  private static final Pattern LINE =
      Pattern.compile(
          "\\d\\d:\\d\\d:\\d\\d\\.\\d{3} (?<thread>main     |client-[1-9] |client-\\d\\d+) "
              + "(?<call>(accept|connect|recv|send|read)\\([^)]*\\)) "
              + "(\\.\\.\\.|= (?<result>.+) after (?<seconds>\\d+\\.\\d{3}) s)");

  @Test
  void dumbNet() throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child child = Child.of("DumbNet", "-qt", "127.0.0.1", port(listening));
        Peer server = Peer.accept(listening)) {
      blockedIn("main", "read(keyboard)", child);
      child.type("hello\n");
      server.receiveLine();
      blockedIn("main", "recv()", child);
      server.send("one");
      child.err.await("recv() = 3 bytes");
      blockedIn("main", "recv()", child);
      server.send("more\n").halfClose();
      assertEquals(0, child.exitStatus());
      String connect = "connect(127.0.0.1:" + port(listening) + ")";
      assertEquals(
          List.of(
              "main: " + connect,
              "main: " + connect + " = ok",
              "main: read(keyboard)",
              "main: read(keyboard) = 6 bytes",
              "main: send(7 bytes)",
              "main: send(7 bytes) = ok",
              "main: recv()",
              "main: recv() = 3 bytes",
              "main: recv()",
              "main: recv() = 5 bytes",
              "main: recv()",
              "main: recv() = end of stream"),
          calls(child.err.text()));
      assertEquals("onemore\n", child.out.text());
    }
  }

  @Test
  void oneToOne() throws IOException {
    try (Child server = Child.of("OneToOne", "--trace", "server", "0")) {
      int port = server.port();
      blockedIn("main", "accept()", server);
      try (Child client = Child.of("OneToOne", "-q", "--trace", "127.0.0.1", "" + port)) {
        blockedIn("main", "read(keyboard)", client);
        blockedIn("main", "recv()", server);
        client.type("hello\n");
        blockedIn("main", "recv()", client);
        blockedIn("main", "read(keyboard)", server);
        server.type("x\n");
        client.out.await("x\n");
        client.endInput();
        assertEquals(0, client.exitStatus());
        assertEquals(
            List.of(
                "main: connect(127.0.0.1:" + port + ")",
                "main: connect(127.0.0.1:" + port + ") = ok",
                "main: read(keyboard)",
                "main: read(keyboard) = 6 bytes",
                "main: send(6 bytes)",
                "main: send(6 bytes) = ok",
                "main: recv()",
                "main: recv() = 2 bytes",
                "main: read(keyboard)",
                "main: read(keyboard) = end of input"),
            calls(client.err.text()));
      }
      server.err.await(" closed the connection\n");
      blockedIn("main", "accept()", server);
      List<String> calls = calls(withoutNotices(server.err.text(), "OneToOne"));
      assertTrue(calls.get(1).matches("main: accept\\(\\) = 127\\.0\\.0\\.1:\\d+"), calls.get(1));
      calls.remove(1);
      assertEquals(
          List.of(
              "main: accept()",
              "main: recv()",
              "main: recv() = 6 bytes",
              "main: read(keyboard)",
              "main: read(keyboard) = 2 bytes",
              "main: send(2 bytes)",
              "main: send(2 bytes) = ok",
              "main: recv()",
              "main: recv() = end of stream",
              "main: accept()"),
          calls);
    }
  }

  @Test
  void echoServer() throws IOException {
    try (Child server = Child.of("EchoServer", "--trace", "0");
        Peer first = Peer.connect(server.port())) {
      blockedIn("client-1", "recv()", server);
      try (Peer second = Peer.connect(server.port())) {
        blockedIn("client-2", "recv()", server);
        second.send("x");
        second.receive(1);
        second.halfClose().receiveAll();
        first.send("hello").halfClose().receiveAll();
        server.err.await("both to leave", text -> text.split(" left: ", -1).length == 3);
        List<String> calls = calls(withoutNotices(server.err.text(), "EchoServer"));
        assertEquals(
            List.of(
                "main: accept()",
                "main: accept() = " + address(first),
                "main: accept()",
                "main: accept() = " + address(second),
                "main: accept()"),
            ofThread("main", calls));
        assertEquals(
            List.of(
                "client-1: recv()",
                "client-1: recv() = 5 bytes",
                "client-1: send(5 bytes)",
                "client-1: send(5 bytes) = ok",
                "client-1: recv()",
                "client-1: recv() = end of stream"),
            ofThread("client-1", calls));
        assertEquals(6, ofThread("client-2", calls).size());
      }
    }
  }

  @Test
  void callsThatFail() throws IOException {
    try (Socket nobodyListens = new Socket()) {
      nobodyListens.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String port = String.valueOf(nobodyListens.getLocalPort());
      try (Child child = Child.of("DumbNet", "-t", "127.0.0.1", port)) {
        assertEquals(1, child.exitStatus());
        assertEquals(
            List.of(
                "main: connect(127.0.0.1:" + port + ")",
                "main: connect(127.0.0.1:" + port + ") = Connection refused"),
            calls(withoutNotices(child.err.text(), "DumbNet")));
      }
    }
    try (ServerSocket listening = Peer.listen();
        Child child = Child.of("DumbNet", "-t", "127.0.0.1", port(listening));
        Peer server = Peer.accept(listening)) {
      child.type("hello\n");
      server.receiveLine();
      server.reset();
      assertEquals(1, child.exitStatus());
      List<String> calls = calls(withoutNotices(child.err.text(), "DumbNet"));
      assertEquals("main: recv() = Connection reset", calls.get(calls.size() - 1));
    }
  }

  @Test
  void theTimeIsHowLongTheCallWasBlocked() throws Exception {
    Pattern seconds = Pattern.compile("recv\\(\\) = 1 byte after (\\S+) s\n");
    try (ServerSocket listening = Peer.listen();
        Child child = Child.of("DumbNet", "-qt", "127.0.0.1", port(listening));
        Peer server = Peer.accept(listening)) {
      child.type("hello\n");
      blockedIn("main", "recv()", child);
      Thread.sleep(500); // This is the time.
      server.send("x");
      Matcher matcher =
          seconds.matcher(child.err.await("the byte", text -> seconds.matcher(text).find()));
      assertTrue(matcher.find());
      double time = Double.parseDouble(matcher.group(1));
      assertTrue(time > 0.4 && time < 30, matcher.group());
    }
  }

  @Test
  void linesOfSeveralThreadsDoNotMix() throws IOException {
    List<Peer> clients = new ArrayList<>();
    try (Child server = Child.of("EchoServer", "--trace", "0")) {
      for (int i = 0; i < 30; i++) {
        clients.add(Peer.connect(server.port()));
      }
      for (int round = 0; round < 20; round++) {
        for (Peer client : clients) {
          client.send("hello");
        }
        for (Peer client : clients) {
          client.receive(5);
        }
      }
      for (Peer client : clients) {
        client.halfClose();
      }
      server.err.await("all to leave", text -> text.split(" left: ", -1).length == 31);
      List<String> calls = calls(withoutNotices(server.err.text(), "EchoServer"));
      assertEquals(600, calls.stream().filter(call -> call.endsWith(": send(5 bytes)")).count());
      assertEquals(600, calls.stream().filter(call -> call.endsWith(" = 5 bytes")).count());
    } finally {
      for (Peer client : clients) {
        client.close();
      }
    }
  }

  @Test
  void withoutTheOptionNothingIsNarrated() throws IOException {
    try (Child server = Child.of("EchoServer", "0");
        Peer client = Peer.connect(server.port())) {
      client.send("hello").halfClose();
      client.receiveAll();
      server.err.await(" left: 5 bytes echoed\n");
      assertEquals("", withoutNotices(server.err.text(), "EchoServer"));
    }
  }

  @Test
  void reportsCountClientsAndBytes() throws IOException {
    try (Child server = Child.of("EchoServer", "-q", "--report=0.1", "0")) {
      server.err.await("EchoServer: 0 clients now, 0 clients served, 0 bytes echoed, 0.0 MB/s\n");
    }
    try (Child server = Child.of("EchoServer", "--report=0.1", "0");
        Peer first = Peer.connect(server.port());
        Peer second = Peer.connect(server.port())) {
      first.send("hello");
      first.receive(5);
      server.err.await("\nEchoServer: 2 clients now, 2 clients served, 5 bytes echoed, ");
      first.send(" you").halfClose();
      first.receiveAll();
      server.err.await("\nEchoServer: 1 client now, 2 clients served, 9 bytes echoed, ");
      second.send("!").halfClose();
      second.receiveAll();
      String text =
          server.err.await("\nEchoServer: 0 clients now, 2 clients served, 10 bytes echoed, ");
      assertTrue(
          text.lines()
              .filter(line -> line.contains(" now, "))
              .allMatch(line -> line.matches("EchoServer: .* echoed, \\d+\\.\\d MB/s")),
          text);
    }
  }

  /** Waits until the last that a thread has said is that it has entered this call. */
  private static void blockedIn(String thread, String call, Child child) {
    String entered = thread + ": " + call;
    child.err.await(
        "'" + entered + "'",
        text -> {
          String trace = text.lines().filter(LINE.asMatchPredicate()).collect(joining("\n"));
          List<String> calls = ofThread(thread, calls(trace));
          return !calls.isEmpty() && calls.get(calls.size() - 1).equals(entered);
        });
  }

  /** Checks the form of every line, and leaves out the times. */
  private static List<String> calls(String trace) {
    List<String> calls = new ArrayList<>();
    for (String line : trace.lines().toList()) {
      Matcher matcher = LINE.matcher(line);
      assertTrue(matcher.matches(), line);
      String result = matcher.group("result");
      calls.add(
          matcher.group("thread").strip()
              + ": "
              + matcher.group("call")
              + (result == null ? "" : " = " + result));
    }
    return calls;
  }

  private static List<String> ofThread(String thread, List<String> calls) {
    return calls.stream().filter(call -> call.startsWith(thread + ": ")).toList();
  }

  private static String withoutNotices(String text, String program) {
    return text.replaceAll("(?m)^" + program + ": .*\n", "");
  }

  private static String address(Peer client) {
    return "127.0.0.1:" + client.socket.getLocalPort();
  }

  private static String port(ServerSocket server) {
    return String.valueOf(server.getLocalPort());
  }
}

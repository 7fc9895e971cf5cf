import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import testkit.Child;
import testkit.Peer;
import testkit.Trace;

/** {@code --trace}: each call is narrated when it is entered, and again when it returns. */
class TracingIT {
  @Test
  void dumbNet() throws IOException {
    try (ServerSocket listening = Peer.listen();
        Child child = Child.of("DumbNet", "-qt", "127.0.0.1", Peer.port(listening));
        Peer server = Peer.accept(listening)) {
      blockedIn("read(keyboard)", "main", child);
      child.type("hello\n");
      server.receiveLine();
      blockedIn("recv()", "main", child);
      server.send("one");
      child.err.await("recv() = 3 bytes");
      blockedIn("recv()", "main", child);
      server.reset();
      assertEquals(1, child.exitStatus());
      String connect = "connect(127.0.0.1:" + Peer.port(listening) + ")";
      assertEquals(
          List.of(
              connect + " ...",
              connect + " = ok",
              "read(keyboard) ...",
              "read(keyboard) = 6 bytes",
              "send(7 bytes) ...",
              "send(7 bytes) = ok",
              "recv() ...",
              "recv() = 3 bytes",
              "recv() ...",
              "recv() = Connection reset"),
          Trace.of("main", child.err.text()));
    }
  }

  /** On the thread of each client, whose lines do not mix with those of others. */
  @Test
  void echoServer() throws IOException {
    int clients = 30;
    int rounds = 20;
    List<Peer> peers = new ArrayList<>();
    try (Child server = Child.of("EchoServer", "--trace", "0")) {
      List<String> accepts = new ArrayList<>(List.of("accept() ..."));
      for (int i = 1; i <= clients; i++) {
        Peer peer = Peer.connect(server.port());
        peers.add(peer);
        blockedIn("recv()", "client-" + i, server);
        accepts.addAll(List.of("accept() = " + peer.name(), "accept() ..."));
      }
      for (int round = 0; round < rounds; round++) {
        for (Peer peer : peers) {
          peer.send("hello");
        }
        for (Peer peer : peers) {
          peer.receive(5);
        }
      }
      for (Peer peer : peers) {
        peer.close();
      }
      String text = server.err.await(clients, " left: 100 bytes echoed\n");
      assertEquals(accepts, Trace.of("main", text));
      List<String> calls = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        calls.addAll(
            List.of("recv() ...", "recv() = 5 bytes", "send(5 bytes) ...", "send(5 bytes) = ok"));
      }
      calls.addAll(List.of("recv() ...", "recv() = end of stream"));
      for (int i = 1; i <= clients; i++) {
        assertEquals(calls, Trace.of("client-" + i, text));
      }
    }
  }

  /** Waits until the last call that a thread has entered is this one. */
  private static void blockedIn(String call, String thread, Child child) {
    String entered = call + " ...";
    child.err.await(thread + ": " + entered, text -> Trace.last(thread, text).equals(entered));
  }
}

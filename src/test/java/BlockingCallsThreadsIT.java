import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import testkit.Child;
import testkit.Peer;
import testkit.Trace;
import testkit.Watch;

/** What blocking_calls.md says about send, and about a thread for each client. */
class BlockingCallsThreadsIT {
  @Test
  void echoServerServesBothClientsAndMainOnlyAccepts() {
    try (Child server = Child.of("EchoServer", "--trace", "0");
        Child first = BlockingCallsIT.client(server)) {
      first.type("hello\n");
      first.out.await("hello\n");
      try (Child second = BlockingCallsIT.client(server)) {
        second.type("anybody there?\n");
        second.out.await("anybody there?\n");
        first.type("still here\n");
        first.out.await("still here\n");
        String echoed = "send(6 bytes) = ok, recv() = 11 bytes, send(11 bytes) = ok, recv() ...";
        BlockingCallsIT.awaitCalls("client-1", server, echoed);
        String other = "recv() = 15 bytes, send(15 bytes) = ok, recv() ...";
        BlockingCallsIT.awaitCalls("client-2", server, other);
        server.signal("TERM");
        server.exitStatus();
        assertEquals(
            "accept() = CLIENT, accept() = CLIENT, accept() = Socket closed",
            BlockingCallsIT.calls("main", server.err.text()));
      }
    }
  }

  @Test
  void aThreadDumpShowsMainInAcceptAndADaemonInRecv() throws IOException {
    try (Child server = EchoServerIT.server("platform", "--trace");
        Peer client = Peer.connect(server.port())) {
      awaitEcho(client, server);
      String dump = Watch.jdkTool("jstack", server.pid());
      assertFalse(dump.contains("\"timer\""), "it is for --idle-timeout and --report");
      String main = section("\"main\"", dump);
      assertTrue(main.contains("java.lang.Thread.State: RUNNABLE"), main);
      assertTrue(main.contains("sockets.Server.serve"), main);
      String worker = section("\"client-1\"", dump);
      assertTrue(worker.contains(" daemon "), worker);
      assertTrue(worker.contains("java.lang.Thread.State: RUNNABLE"), worker);
      assertTrue(worker.contains("sockets.Connection.receive"), worker);
    }
  }

  @Test
  void aVirtualThreadIsParkedAndJstackDoesNotShowIt(@TempDir Path directory) throws IOException {
    try (Child server = EchoServerIT.server("virtual", "--trace");
        Peer client = Peer.connect(server.port())) {
      awaitEcho(client, server);
      String dump = Watch.jdkTool("jstack", server.pid());
      assertTrue(dump.contains("\"main\""), dump);
      assertFalse(dump.contains("\"client-1\""), dump);
      Path file = directory.resolve("threads");
      Watch.jdkTool("jcmd", server.pid(), "Thread.dump_to_file", file);
      String worker = section("\"client-1\"", Files.readString(file));
      assertTrue(worker.contains("\"client-1\" virtual"), worker);
      assertTrue(worker.contains("VirtualThread.park"), worker);
      assertTrue(worker.contains("sockets.Connection.receive"), worker);
    }
  }

  @Test
  void aServerWhoseClientDoesNotReadBlocksInSendAndSoDoesTheClient() throws IOException {
    try (Child server = Child.of("EchoServer", "--trace", "0");
        Peer client = Peer.connect(server.port());
        Peer other = Peer.connect(server.port())) {
      client.flood();
      // Its thread does not move any more while another client is served.
      List<String> calls;
      do {
        calls = Trace.of("client-1", server.err.text());
        int echoes = server.err.count("client-2  send(6 bytes) = ok") + 20;
        for (int i = 0; i < 20; i++) {
          EchoServerIT.assertEchoes(other);
        }
        server.err.await(echoes, "client-2  send(6 bytes) = ok");
      } while (!calls.equals(Trace.of("client-1", server.err.text()))
          || !calls.get(calls.size() - 1).matches("send\\(\\d+ bytes\\) \\.\\.\\."));

      client.receive(20_000_000);
      int before = calls.size();
      server.err.await("more calls", text -> Trace.of("client-1", text).size() > before);
    }
  }

  @Test
  void dumbNetReadsNothingBeforeItHasSentAll() throws IOException {
    int length = 3_500_000;
    try (ServerSocket listening = Peer.listen()) {
      listening.setReceiveBufferSize(1 << 12); // Then the sender's buffer stays small too.
      try (Child dumbNet = Child.of("DumbNet", "--trace", "127.0.0.1", Peer.port(listening));
          Peer server = Peer.accept(listening)) {
        server.send("an early answer\n");
        dumbNet.type("x".repeat(length) + "\n");
        assertEquals(1, server.receive(1).length);
        String send = "send(" + (length + 2) + " bytes) ";
        BlockingCallsIT.awaitCalls("main", dumbNet, send + "...");
        assertEquals("", dumbNet.out.text());

        assertEquals(length + 1, server.receive(length + 1).length);
        // Each call is seen in the thread that makes it, so none was made in another meanwhile.
        BlockingCallsIT.awaitCalls("main", dumbNet, send + "= ok, recv() = 16 bytes, recv() ...");
        dumbNet.out.await("an early answer\n");
      }
    }
  }

  /** Waits until the server waits again: main for a client, and the client's thread for bytes. */
  private static void awaitEcho(Peer client, Child server) throws IOException {
    EchoServerIT.assertEchoes(client);
    BlockingCallsIT.awaitCalls("main", server, "accept() = CLIENT, accept() ...");
    BlockingCallsIT.awaitCalls("client-1", server, "send(6 bytes) = ok, recv() ...");
  }

  /** A thread's part of a dump: from its name to the next empty line. */
  private static String section(String name, String dump) {
    assertTrue(dump.contains(name), dump);
    return dump.substring(dump.indexOf(name)).split("\n\n")[0];
  }
}

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import testkit.Capture;
import testkit.Child;
import testkit.Peer;
import testkit.Trace;

/** What blocking_calls.md says about send, and about a thread for each client. */
class BlockingCallsThreadsIT {
  /** More than the buffers of two sockets hold, which the system lets grow to some megabytes. */
  private static final int TOO_MUCH = 48_000_000;

  @Test
  void echoServerServesBothClientsAndMainOnlyAccepts() throws IOException {
    try (Child server = Child.of("EchoServer", "--trace", "0");
        Child first = client(server)) {
      first.type("hello\n");
      first.out.await("hello\n");
      try (Child second = client(server)) {
        second.type("anybody there?\n");
        second.out.await("anybody there?\n");
        first.type("still here\n");
        first.out.await("still here\n");
        String text =
            server.err.await(
                "all to wait again",
                t ->
                    Trace.last("main", t).equals("accept() ...")
                        && Trace.last("client-1", t).equals("recv() ...")
                        && Trace.last("client-2", t).equals("recv() ..."));
        assertEquals(2, Trace.count(text, "accept() = "));
        assertEquals(
            List.of(),
            Trace.of("main", text).stream().filter(call -> !call.startsWith("accept")).toList());
        assertEquals(
            List.of(
                "recv() ...",
                "recv() = 15 bytes",
                "send(15 bytes) ...",
                "send(15 bytes) = ok",
                "recv() ..."),
            Trace.of("client-2", text));
      }
    }
  }

  @Test
  void aThreadDumpShowsMainInAcceptAndADaemonInRecv() throws IOException {
    try (Child server = Child.of("EchoServer", "--trace", "--threads=platform", "0");
        Peer client = Peer.connect(server.port())) {
      awaitEcho(client, server);
      String dump = jdkTool("jstack", String.valueOf(server.pid()));
      String main = section("\"main\"", dump);
      assertTrue(main.contains("java.lang.Thread.State: RUNNABLE"), main);
      assertTrue(main.contains("sockets.Acceptor.accept"), main);
      String worker = section("\"client-1\"", dump);
      assertTrue(worker.contains(" daemon "), worker);
      assertTrue(worker.contains("java.lang.Thread.State: RUNNABLE"), worker);
      assertTrue(worker.contains("sockets.Connection.receive"), worker);
    }
  }

  @Test
  void aVirtualThreadIsParkedAndJstackDoesNotShowIt(@TempDir Path directory) throws IOException {
    assumeTrue(Runtime.version().feature() >= 21, "no virtual threads");
    try (Child server = Child.of("EchoServer", "--trace", "0");
        Peer client = Peer.connect(server.port())) {
      awaitEcho(client, server);
      String pid = String.valueOf(server.pid());
      assertFalse(jdkTool("jstack", pid).contains("\"client-1\""));
      Path file = directory.resolve("threads");
      jdkTool("jcmd", pid, "Thread.dump_to_file", file.toString());
      String worker = section("\"client-1\"", Files.readString(file));
      assertTrue(worker.contains("\"client-1\" virtual"), worker);
      assertTrue(worker.contains("VirtualThread.park"), worker);
      assertTrue(worker.contains("sockets.Connection.receive"), worker);
    }
  }

  @Test
  void aPlatformThreadIsAThreadOfTheSystemAndAVirtualOneIsNot() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "not Linux");
    int clients = 200;
    assertTrue(systemThreadsWith(clients, "platform") > clients);
    if (Runtime.version().feature() >= 21) {
      assertTrue(systemThreadsWith(clients, "virtual") < clients / 2);
    }
  }

  @Test
  void aServerWhoseClientDoesNotReadBlocksInSendAndSoDoesTheClient() throws Exception {
    try (Child server = Child.of("EchoServer", "--trace", "0");
        Peer client = Peer.connect(server.port());
        Peer other = Peer.connect(server.port())) {
      byte[] bytes = new byte[TOO_MUCH];
      Arrays.fill(bytes, (byte) 'x');
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(
              () -> {
                try {
                  client.send(bytes);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      awaitStandstill(server.err);
      String blocked = Trace.last("client-1", server.err.text());
      assertTrue(blocked.matches("send\\(\\d+ bytes\\) \\.\\.\\."), blocked);
      assertFalse(sending.isDone());

      // Only its own thread is blocked.
      assertEquals("hello\n", other.send("hello\n").receiveLine());
      assertEquals(blocked, Trace.last("client-1", server.err.text()));

      assertArrayEquals(bytes, client.receive(TOO_MUCH));
      sending.get(Capture.DEADLINE_SECONDS, TimeUnit.SECONDS);
      client.halfClose();
      server.err.await(TOO_MUCH + " bytes echoed");
    }
  }

  @Test
  void dumbNetReadsNothingBeforeItHasSentAll() throws IOException {
    int length = 4_000_000;
    try (ServerSocket listener = new ServerSocket()) {
      listener.setReceiveBufferSize(1 << 12); // then the sender's buffer stays small too
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String port = String.valueOf(listener.getLocalPort());
      listener.setSoTimeout((int) TimeUnit.SECONDS.toMillis(Capture.DEADLINE_SECONDS));
      try (Child dumbNet = Child.of("DumbNet", "--trace", "127.0.0.1", port);
          Peer server = Peer.accept(listener)) {
        server.send("an answer that is there all the time\n");
        dumbNet.type("x".repeat(length) + "\n");
        String send = "send(" + (length + 2) + " bytes) ";
        dumbNet.err.await(send + "...");
        awaitStandstill(dumbNet.err);
        assertEquals(send + "...", Trace.last("main", dumbNet.err.text()));
        assertEquals("", dumbNet.out.text());

        assertEquals(length + 2, server.receive(length + 2).length);
        dumbNet.err.await(send + "= ok");
        dumbNet.out.await("an answer that is there all the time\n");
      }
    }
  }

  private static Child client(Child server) {
    return Child.of("OneToOne", "--trace", "127.0.0.1", String.valueOf(server.port()));
  }

  private static void awaitEcho(Peer client, Child server) throws IOException {
    assertEquals("hello\n", client.send("hello\n").receiveLine());
    server.err.await(
        "all to wait again",
        t -> Trace.count(t, "accept() ...") == 2 && Trace.of("client-1", t).size() == 5);
  }

  /** Half a second without a new line: that nothing happens is what is tested. */
  private static void awaitStandstill(Capture trace) {
    String before;
    do {
      before = trace.text();
      try {
        TimeUnit.MILLISECONDS.sleep(500);
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted", e);
      }
    } while (!before.equals(trace.text()));
  }

  private static int systemThreadsWith(int clients, String kind) throws IOException {
    List<Peer> peers = new ArrayList<>();
    try (Child server = Child.of("EchoServer", "--threads=" + kind, "0")) {
      for (int i = 0; i < clients; i++) {
        peers.add(Peer.connect(server.port()).send("hello\n"));
      }
      for (Peer peer : peers) {
        assertEquals("hello\n", peer.receiveLine());
      }
      String status = Files.readString(Path.of("/proc/" + server.pid() + "/status"), UTF_8);
      String threads = status.lines().filter(l -> l.startsWith("Threads:")).findAny().orElseThrow();
      return Integer.parseInt(threads.replaceAll("\\D", ""));
    } finally {
      for (Peer peer : peers) {
        peer.close();
      }
    }
  }

  private static String jdkTool(String name, String... arguments) {
    Path tool = Path.of(System.getProperty("java.home"), "bin", name);
    assumeTrue(Files.isExecutable(tool), name + " is not there");
    List<String> command = new ArrayList<>(List.of(tool.toString()));
    command.addAll(List.of(arguments));
    try (Child child = Child.command(command.toArray(String[]::new))) {
      assertEquals(0, child.exitStatus(), child.err.text());
      return child.out.text();
    }
  }

  /** A thread's part of a dump: from its name to the next empty line. */
  private static String section(String name, String dump) {
    int from = dump.indexOf(name);
    assertTrue(from >= 0, name + " is not in\n" + dump);
    int to = dump.indexOf("\n\n", from);
    return dump.substring(from, to < 0 ? dump.length() : to);
  }
}

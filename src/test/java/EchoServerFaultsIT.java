import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** What goes wrong for some clients of the echo server is no concern of the others. */
class EchoServerFaultsIT {
  private static final String SHORTAGE =
      "EchoServer: cannot accept: Too many open files: new clients wait\n";

  private static final List<String> SMALL = List.of("-Xmx12m");

  private final List<Peer> clients = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Peer client : clients) {
      client.close();
    }
  }

  @BeforeAll
  static void needs() {
    Watch.assumeLinuxWith("prlimit");
  }

  /** The first client there ever was gets the last of them, if its thread needs no more. */
  @ParameterizedTest
  @MethodSource("EchoServerIT#threads")
  void whenDescriptorsRunOutWhileAcceptingNewClientsWait(String threads) throws Exception {
    try (Child server = Child.of("EchoServer", "--threads=" + threads, "--trace", "0")) {
      int port = server.port();
      server.err.await("accept() ..."); // The JVM has opened those that it needs itself,
      if (threads.equals("virtual")) { // and here epoll's, when the first thread waits.
        int open = Watch.descriptors(server.pid());
        try (Peer first = Peer.connect(port)) {
          Watch.until("epoll", () -> Watch.descriptors(server.pid()) > open + 1);
          first.halfClose().receiveAll();
        }
      }
      int limit = Watch.descriptors(server.pid()) + 1;
      limit(server, "--nofile=" + limit);
      long begin = System.nanoTime();
      for (int i = 0; i < 40; i++) {
        clients.add(Peer.connect(port).send("hello " + i + "\n"));
      }
      server.err.await(SHORTAGE);
      try (Peer served = clients.remove(0)) {
        assertEquals("hello 0\n", served.receiveLine(), server.err::text);
        Duration cpu = Watch.cpuTime(server.pid());
        Thread.sleep(1000); // what the process does meanwhile is the question
        long used = Watch.cpuTime(server.pid()).minus(cpu).toMillis();
        assertTrue(used < 500, used + " ms of CPU time in 1 s of waiting");
        EchoServerIT.assertEchoes(served);
        long most = 1 + (System.nanoTime() - begin) / TimeUnit.SECONDS.toNanos(10);
        assertTrue(server.err.count(SHORTAGE) <= most, server.err.text());
      }
      for (Peer client : clients) {
        assertTrue(client.receiveLine().startsWith("hello "));
        EchoServerIT.assertEchoes(client);
        client.close();
      }
      server.err.await(40, " left: ");

      for (int i = 0; i < 5; i++) {
        clients.add(Peer.connect(port));
      }
      Watch.until("the next shortage", () -> Watch.descriptors(server.pid()) >= limit);
      server.signal("TERM");
      assertEquals(143, server.exitStatus());
      String notices = server.err.await("EchoServer: stopped: ");
      assertFalse(notices.contains("\tat "), notices);
    }
  }

  /** Each thread reserves so much for its stack that there is room for a few. */
  @Test
  void whenAThreadCannotBeStartedItsClientIsClosed() throws IOException {
    String oneArena = "export MALLOC_ARENA_MAX=1; exec \"$@\""; // or threads reserve more
    // The reports keep alive the thread that prints.
    String[] program = {"EchoServer", "--threads=platform", "--report=0.3", "0"};
    try (Child server = Child.inShell(oneArena, List.of("-Xss256m"), program)) {
      int port = server.port();
      assertTrue(echoesToOneMore(port));
      limit(server, "--as=" + (Watch.status(server.pid(), "VmSize") + (1_100L << 10) << 10));
      while (echoesToOneMore(port)) {
        assertTrue(clients.size() < 6, "more clients than threads");
      }
      try (Peer refused = clients.remove(clients.size() - 1)) {
        String closed = "EchoServer: closed " + refused.name();
        server.err.await(closed + ": unable to create native thread");
      }
      for (Peer client : clients) {
        EchoServerIT.assertEchoes(client);
        client.close();
      }
      // Until a thread of those that left is free, a new client may still be closed.
      Watch.until("new clients are served", () -> echoesToOneMore(port));
      // No SIGTERM here: to obey one, the JVM itself starts a thread, and has no room for it.
      assertFalse(server.err.text().contains("\tat "), server.err.text());
    }
  }

  /** What ulimit is, for a process that has started already. */
  private static void limit(Child server, String limit) {
    try (Child child = Child.command("prlimit", "--pid=" + server.pid(), limit)) {
      assertEquals(0, child.exitStatus(), child.err.text());
    }
  }

  private boolean echoesToOneMore(int port) {
    try {
      Peer client = Peer.connect(port);
      clients.add(client);
      return client.send("hello\n").receiveLine().equals("hello\n");
    } catch (IOException e) {
      return false; // closed with our bytes unread, which resets
    }
  }

  @ParameterizedTest
  @MethodSource("EchoServerIT#threads")
  void nothingIsLeftOfClientsThatReset(String threads) throws Exception {
    try (Child server = Child.of("EchoServer", "--threads=" + threads, "0")) {
      int port = server.port();
      reset(100, port);
      int threadsBefore = Watch.status(server.pid(), "Threads");
      int descriptors = Watch.descriptors(server.pid());
      reset(600, port);
      Watch.until("no descriptor left", () -> Watch.descriptors(server.pid()) <= descriptors);
      // A pool keeps idle threads for the next clients, as many as were ever served at once.
      int more = Watch.status(server.pid(), "Threads") - threadsBefore;
      assertTrue(more <= 60, more + " more threads");
      String jcmd = System.getProperty("java.home") + "/bin/jcmd";
      try (Child heap = Child.command(jcmd, "" + server.pid(), "GC.class_histogram")) {
        assertEquals(0, heap.exitStatus());
        assertEquals(1, heap.out.count(" sockets.Listener\n"), heap.out.text());
        assertEquals(0, heap.out.count(" sockets.Connection\n"), heap.out.text());
      }
      String notices = server.err.await(" lost: Connection reset: ");
      assertFalse(notices.contains("\tat "), notices);
    }
  }

  private static void reset(int times, int port) throws IOException {
    byte[] much = new byte[200_000];
    for (int i = 0; i < times; i++) {
      Peer client = Peer.connect(port);
      switch (i % 4) {
        case 0 -> client.send(much).receive(1); // while the server sends
        case 1 -> EchoServerIT.assertEchoes(client); // while it receives
        case 2 -> client.send(much).halfClose();
        default -> {} // before the first byte
      }
      client.reset();
      if (i % 20 == 0) {
        // Clients are accepted in order: the server has caught up when this one is served.
        try (Peer next = Peer.connect(port)) {
          EchoServerIT.assertEchoes(next);
        }
      }
    }
  }

  @Test
  void clientsThatNeverReadStopNobodyAndFillNothing() throws Exception {
    int most = 64 + 150; // MB: the heap; code, thread stacks, 64 KB of direct buffer for each
    try (Child server = Child.withJvm(List.of("-Xmx64m"), "EchoServer", "--report=0.2", "0")) {
      int port = server.port();
      for (int i = 0; i < 30; i++) {
        clients.add(Peer.connect(port));
        clients.get(i).flood();
      }
      server.err.await(
          "all to be stuck",
          text -> text.matches("(?s).*30 clients now, 30 .* served, [1-9].* 0\\.0 MB/s\n.*"));
      try (Peer client = Peer.connect(port)) {
        for (int i = 0; i < 100; i++) {
          EchoServerIT.assertEchoes(client);
        }
      }
      int resident = Watch.status(server.pid(), "VmRSS") >> 10;
      assertTrue(resident < most, resident + " MB");
      assertFalse(server.err.text().contains("EchoServer: closed "), server.err.text());
      assertEquals("x".repeat(200_000), new String(clients.get(15).receive(200_000)));
    }
  }

  @ParameterizedTest
  @MethodSource("EchoServerIT#threads")
  void whenTheHeapRunsOutTheServerGoesOnOrEndsWithOneLine(String threads) throws IOException {
    try (Child server = Child.withJvm(SMALL, "EchoServer", "--threads=" + threads, "0")) {
      boolean ended = fillTheHeap(server.port(), server);
      assertEquals(ended ? 1 : 0, server.err.count("EchoServer: out of memory\n"));
      assertTrue(
          ended || server.err.count(": Java heap space\n") > 0, "The heap was large enough.");
      String known = "EchoServer: (127|closed |connection |listening |out of |stopped: ).*";
      String text = server.err.text();
      assertEquals(List.of(), text.lines().filter(line -> !line.matches(known)).toList());
      assertEquals("", server.out.text());
    }
  }

  @Test
  void whenTheHeapRunsOutTheServerEndsEvenIfStandardErrorIsStuck(@TempDir Path directory)
      throws IOException {
    int port = Peer.freePort();
    try (Child server = Child.stuck(directory, SMALL, "EchoServer", "" + port)) {
      Peer.connectWhenReady(port).close();
      fillTheHeap(port, server);
    }
  }

  /** Whether the process has ended; otherwise a new client was served. */
  private boolean fillTheHeap(int port, Child server) throws IOException {
    List<Thread> floods = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        clients.add(Peer.withSmallBuffers(port)); // or the kernel's memory runs out before
        floods.add(clients.get(i).flood());
      }
    } catch (IOException e) {
      // The process has ended.
    }
    Watch.until("an end", () -> floods.stream().anyMatch(flood -> !flood.isAlive()));
    close();
    boolean served = true;
    try (Peer late = Peer.connect(port)) {
      EchoServerIT.assertEchoes(late);
      server.signal("TERM");
    } catch (IOException e) {
      served = false;
    }
    int status = server.exitStatus();
    assertTrue(status == 1 || served && status == 143, "status " + status);
    return status == 1;
  }

  @Test
  void keepaliveAsksAfterAPeerThatMayHaveVanished() {
    try (Child server = Child.of("EchoServer", "0");
        Child client = Child.of("OneToOne", "127.0.0.1", "" + server.port())) {
      client.err.await("connected to ");
      server.err.await(" connected\n");
      String port = ":" + server.port();
      // The first probe comes after a minute; the system's own default is two hours.
      Pattern timer = Pattern.compile("timer:\\(keepalive,(1min|[0-9.]+(sec|ms))");
      String filter = "( sport = " + port + " or dport = " + port + " )";
      try (Child ss = Child.command("ss", "-Htno", filter)) {
        assertEquals(0, ss.exitStatus());
        assertEquals(2, timer.matcher(ss.out.text()).results().count(), ss.out.text());
      }
    }
  }
}

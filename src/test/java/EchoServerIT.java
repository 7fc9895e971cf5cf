import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

class EchoServerIT {
  private static final boolean HAS_VIRTUAL_THREADS = Runtime.version().feature() >= 21;

  /** Starts one with a kind of threads; where the JVM has none of it the test is skipped. */
  static Child server(String threads, String... options) {
    Assumptions.assumeTrue(
        HAS_VIRTUAL_THREADS || !threads.equals("virtual"), "this JVM has no virtual threads");
    Stream<String> program = Stream.of("EchoServer", "--threads=" + threads, "0");
    return Child.of(Stream.concat(program, Stream.of(options)).toArray(String[]::new));
  }

  static void assertEchoes(Peer client) throws IOException {
    assertEquals("hello\n", client.send("hello\n").receiveLine());
  }

  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void twoHundredClientsAtOnceGetBackWhatTheySent(String threads) throws IOException {
    try (Child server = server(threads)) {
      new EchoSchedule(new Random(200), server.port(), 200).run();
      server.err.await(200, " connected\n");
      String notices = server.err.await(200, " echoed\n");
      assertFalse(notices.contains("\tat "), notices);
      assertEquals("", server.out.text());
    }
  }

  @Test
  void urgentDataComesBackInItsPlace() throws IOException {
    try (Child server = Child.of("EchoServer", "0");
        Peer client = Peer.connect(server.port()).send("abc")) {
      client.socket.sendUrgentData('!');
      client.send("def").halfClose();
      assertEquals("abc!def", new String(client.receiveAll()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "platform", "virtual"})
  void itListensOnTheRealPortWithThatKindOfThreads(String threads) throws IOException {
    Watch.assumeLinuxWith();
    boolean virtual = HAS_VIRTUAL_THREADS && !threads.equals("platform");
    try (Child server = server(threads);
        Peer client = Peer.connect(server.port())) {
      assertEchoes(client);
      String listening = "EchoServer: listening on 127.0.0.1:" + server.port();
      String thread = virtual ? "virtual" : "platform";
      server.err.await(listening + ", a " + thread + " thread for each client\n");
      assertEquals(!virtual, systemThreads(server).contains("client-1"));
    }
  }

  /** The names of the threads that the system knows. */
  static Set<String> systemThreads(Child server) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + server.pid() + "/task"))) {
      for (Path thread : threads.toList()) {
        names.add(Files.readString(thread.resolve("comm")).strip());
      }
    } catch (NoSuchFileException e) {
      return systemThreads(server); // One has ended meanwhile.
    }
    return names;
  }

  @Test
  void aPlatformThreadServesOneClientAfterAnother() throws IOException {
    try (Child server = server("platform", "--trace")) {
      for (int i = 1; i <= 20; i++) {
        try (Peer client = Peer.connect(server.port())) {
          assertEchoes(client);
        }
        server.err.await(i, " left: ");
      }
      // A thread may not be back yet when the next client comes, but not each time.
      assertEquals(0, server.err.count("client-20"), server.err.text());
    }
  }
}

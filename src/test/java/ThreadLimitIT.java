import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** The echo server as a user whom the system gives only so many threads. */
class ThreadLimitIT {
  /** Nobody's, so that the limit counts the threads of this one process. */
  private static final List<String> SET_USER =
      List.of("setpriv", "--reuid=54321", "--regid=54321", "--clear-groups");

  /** Room for the JVM's own helpers, which come and go, and for some clients. */
  private static final int HEADROOM = 12;

  @TempDir Path readable;

  @BeforeAll
  static void needs() {
    Watch.assumeLinuxWith("setpriv", "prlimit");
    Assumptions.assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
  }

  @Test
  void whoGetsNoThreadIsClosedAndNobodyElse() throws Exception {
    try (Child server = Child.command(asUser("EchoServer", "--threads=platform", "0"))) {
      int port = server.port();
      List<Peer> served = new ArrayList<>();
      served.add(Peer.connect(port));
      assertTrue(echoes(served.get(0)));
      limitThreads(server.pid(), Watch.threads(server.pid()) + HEADROOM);

      Peer refused = null;
      while (refused == null && served.size() < 10 * HEADROOM) {
        Peer client = Peer.connect(port);
        if (echoes(client)) {
          served.add(client);
        } else {
          refused = client;
        }
      }
      String address = "127.0.0.1:" + refused.socket.getLocalPort();
      server.err.await("EchoServer: closed " + address + ": unable to create native thread");

      for (Peer client : served) {
        assertTrue(echoes(client), "who was served goes on");
      }
      for (Peer client : served) {
        client.close();
      }
      // Until a thread of those that left is free, a new client may still be closed.
      Watch.until("new clients are served", () -> echoesToNew(port));

      // No SIGTERM here: to obey one, the JVM itself starts a thread, and has none left.
      String notices = server.err.text();
      assertTrue(!notices.contains("Exception") && !notices.contains("\tat "), notices);
    }
  }

  /** The command line, run by the user, who may not be able to read where this was built. */
  private String[] asUser(String... program) throws IOException {
    Files.setPosixFilePermissions(readable, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path jar = readable.resolve("copy.jar");
    Files.copy(Path.of(System.getProperty("jar")), jar);
    Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("r--r--r--"));
    List<String> command = new ArrayList<>(SET_USER);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", jar.toString()));
    command.addAll(List.of(program));
    return command.toArray(String[]::new);
  }

  /** What ulimit -u is, for a process that has started already. */
  private static void limitThreads(long pid, int limit) throws Exception {
    List<String> command = new ArrayList<>(SET_USER);
    command.addAll(List.of("prlimit", "--pid=" + pid, "--nproc=" + limit));
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  private static boolean echoes(Peer client) throws IOException {
    try {
      return new String(client.send("hello\n").receive(6)).equals("hello\n");
    } catch (SocketException e) {
      return false; // closed with our bytes unread, which resets
    }
  }

  private static boolean echoesToNew(int port) {
    try (Peer client = Peer.connect(port)) {
      return echoes(client);
    } catch (IOException e) {
      return false;
    }
  }
}

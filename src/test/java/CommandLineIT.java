import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** What a user reads: help, and when something is wrong one line, and no data. */
class CommandLineIT {
  @TempDir static Path directory;

  @AutoClose private static ServerSocket taken;

  @BeforeAll
  static void open() throws Exception {
    taken = Peer.listen();
    KeyStore empty = KeyStore.getInstance("PKCS12");
    empty.load(null, null);
    try (OutputStream file = Files.newOutputStream(directory.resolve("empty"))) {
      empty.store(file, "changeit".toCharArray());
    }
  }

  private static void assertFails(int status, String line, Child child) {
    assertEquals(status, child.exitStatus());
    String program = line.substring(0, line.indexOf(':'));
    String more = "Usage: .*\n( +.*\n)*Try '" + program + " --help' for its options[.]\n";
    String all = Pattern.quote(line + "\n") + (status == 2 ? more : "");
    assertTrue(child.err.text().matches(all), child.err.text());
    assertEquals("", child.out.text());
  }

  /** The port TAKEN is in use, and the JVM trusts nobody. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 | DumbNet no.such.host 80       | cannot resolve no.such.host: unknown host
          1 | DumbNet --tls localhost TAKEN | cannot read certificates from the JVM's trust store: no certificate in it
          1 | EchoServer --bind=192.0.2.1 0 | cannot listen on 192.0.2.1:0: Cannot assign requested address
          1 | OneToOne server TAKEN         | cannot listen on 127.0.0.1:TAKEN: Address already in use
          2 | DumbNet                       | Missing required parameters: 'HOST', 'PORT'
          """)
  void aFailureIsOneLineAndAUsageErrorTheSynopsisToo(int status, String command, String error) {
    String port = Peer.port(taken);
    String line = command.split(" ")[0] + ": " + error.replace("TAKEN", port);
    List<String> jvm =
        List.of(
            "-Djdk.net.hosts.file=src/test/resources/hosts",
            "-Djavax.net.ssl.trustStore=" + directory.resolve("empty"));
    try (Child child = Child.withJvm(jvm, command.replace("TAKEN", port).split(" "))) {
      assertFails(status, line, child);
    }
  }

  /** For some JVMs seven are enough: then the line is sent, though nobody answers. */
  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void withFewDescriptorsALineIsSentOrTheProgramEndsWithOneLine(int limit) throws IOException {
    String script = "ulimit -n " + limit + "; exec \"$@\"";
    try (ServerSocket server = Peer.listen();
        Child child =
            Child.inShell(script, List.of(), "DumbNet", "-qi0.3", "127.0.0.1", Peer.port(server))) {
      child.type("hello\n").exitStatus();
      if (child.err.count("sent nothing") == 0) {
        assertFails(1, "DumbNet: cannot open a socket: Too many open files", child);
      } else {
        assertEquals("hello\r\n", Peer.accept(server).receiveLine(), child.err.text());
      }
    }
  }

  /** One that drops all queries, as some do those for IPv6 addresses: AAAA, type 28. */
  @Test
  void aNameServerThatDoesNotAnswerIsSaidAndAskedForIpv4AloneIfThatIsWanted() throws IOException {
    Watch.assumeLinuxWith("ip", "nc", "ss");
    Path queries = directory.resolve("queries");
    Path configuration = directory.resolve("resolv.conf");
    Files.writeString(configuration, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
    try (Child unshare = Child.command("unshare", "-mn", "true")) {
      Watch.assume(unshare.exitStatus() == 0, "there are no namespaces here");
    }
    String script =
        "exec unshare -mn bash -c 'ip link set lo up; mount --bind %s /etc/resolv.conf;"
            + " nc -u -l 127.0.0.1 53 > %s & until ss -Huln | grep -q :53; do :; done;"
            + " \"$@\"; status=$?; kill $!; exit $status' bash \"$@\"";
    String inside = String.format(script, configuration, queries);
    try (Child child = Child.inShell(inside, List.of(), "DumbNet", "-4", "www.test", "80")) {
      String why = "Temporary failure in name resolution";
      assertFails(1, "DumbNet: cannot resolve www.test: " + why, child);
    }
    String asked = Files.readString(queries, ISO_8859_1);
    assertTrue(asked.contains("\3www\4test\0\0\1"), asked);
    assertFalse(asked.contains("\3www\4test\0\0\34"), asked);
  }

  @Test
  void theVersionIsTheJars() {
    try (Child child = Child.of("DumbNet", "-V")) {
      assertEquals(0, child.exitStatus());
      assertTrue(child.out.text().matches("DumbNet \\d+(\\.\\d+)+\n"), child.out.text());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DumbNet", "OneToOne", "EchoServer"})
  void helpIsAsWideAsTheTerminalAndBreaksNoWord(String program) {
    String wide = help(120, program);
    assertTrue(wide.lines().anyMatch(line -> line.length() > 80), wide);
    assertEquals(words(wide), words(help(60, program)));
  }

  private static String help(int columns, String program) {
    String script = "stty cols " + columns + "; exec PROGRAM";
    try (Child terminal = Child.onTerminalOfShell(script, program, "--help")) {
      assertEquals(0, terminal.exitStatus());
      String help = terminal.out.text().replaceAll("\033\\[[0-9]+m", ""); // without colours
      assertFalse(help.lines().anyMatch(line -> line.length() > columns), help);
      return help;
    }
  }

  private static Set<String> words(String text) {
    return new TreeSet<>(List.of(text.trim().split("\\s+")));
  }
}

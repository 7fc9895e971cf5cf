import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static testkit.Capture.lines;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** What a user reads when something is wrong: one line, and nothing on standard output. */
class ErrorsIT {
  @TempDir static Path directory;

  private static List<String> names;
  private static Socket nobody;
  private static ServerSocket taken;

  @BeforeAll
  static void open() throws IOException {
    names = Child.names(directory, "127.0.0.1 two.test", "127.0.0.2 two.test", "::1 six.test");
    nobody = Peer.nobody();
    taken = Peer.listen();
  }

  @AfterAll
  static void close() throws IOException {
    nobody.close();
    taken.close();
  }

  /** On the port NOBODY nobody listens; TAKEN is in use. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          DumbNet two.test NOBODY          | 1 | cannot connect to two.test:NOBODY: Connection refused (127.0.0.1); Connection refused (127.0.0.2)
          DumbNet no.such.host 80          | 1 | cannot resolve no.such.host: unknown host
          DumbNet -4 six.test 80           | 1 | cannot resolve six.test: it has no IPv4 address
          EchoServer --bind=no.such.host 0 | 1 | cannot resolve no.such.host: unknown host
          EchoServer --bind=192.0.2.1 0    | 1 | cannot listen on 192.0.2.1:0: Cannot assign requested address
          OneToOne server TAKEN            | 1 | cannot listen on 127.0.0.1:TAKEN: Address already in use
          DumbNet                          | 2 | Missing required parameters: 'HOST', 'PORT'
          OneToOne -4 server 0             | 2 | invalid -4: a server does not connect
          """)
  void aFailureIsOneLineAndAUsageErrorTheSynopsisToo(String command, int status, String error) {
    String program = command.split(" ")[0];
    try (Child child = Child.withJvm(names, withPorts(command).split(" "))) {
      assertEquals(status, child.exitStatus());
      String synopsis = status == 2 ? "Usage: " + program + " .*\n( +.*\n)*" : "";
      String line = Pattern.quote(program + ": " + withPorts(error) + "\n");
      assertTrue(child.err.text().matches(line + synopsis), child.err.text());
      assertEquals("", child.out.text());
    }
  }

  @Test
  void theVersionIsTheJars() {
    try (Child child = Child.of("DumbNet", "-V")) {
      assertEquals(0, child.exitStatus());
      assertEquals("", child.err.text());
      assertTrue(child.out.text().matches("DumbNet \\d+(\\.\\d+)+\n"), child.out.text());
    }
  }

  @Test
  void aNameServerThatCannotBeReachedIsSaid() {
    Watch.assumeLinuxWith("unshare", "ip");
    String outside =
        "unshare -n true || { echo SKIP; exit 0; };"
            + " exec unshare -n sh -c 'ip link set lo up; exec \"$@\"' sh \"$@\"";
    try (Child child = Child.inShell(outside, List.of(), "DumbNet", "www.example.org", "80")) {
      int status = child.exitStatus();
      Watch.assume(!child.out.text().equals("SKIP\n"), "no network namespaces here");
      assertEquals(1, status);
      String why = "Temporary failure in name resolution";
      assertEquals(lines("DumbNet: cannot resolve www.example.org: " + why), child.err.text());
    }
  }

  private static String withPorts(String text) {
    return text.replace("NOBODY", "" + nobody.getLocalPort()).replace("TAKEN", Peer.port(taken));
  }
}

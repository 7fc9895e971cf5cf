import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static testkit.Capture.lines;

import cli.Console;
import cli.Running;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sockets.Threads;
import testkit.Watch;

/** What the command line of each program is not allowed to say, and what it says of itself. */
class CommandLineTest {
  private static final Map<String, Function<Console, Callable<Integer>>> PROGRAMS =
      Map.of("DumbNet", DumbNet::new, "OneToOne", OneToOne::new, "EchoServer", EchoServer::new);

  private static Running run(String program, String arguments) {
    String[] words = arguments.isEmpty() ? new String[0] : arguments.split(" ");
    return Running.of(PROGRAMS.get(program), words);
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          DumbNet    | "" | Missing required parameters: 'HOST', 'PORT'
          DumbNet    | localhost 80 x | Unmatched argument at index 2: 'x'
          DumbNet    | localhost @/etc/hosts | invalid PORT: '@/etc/hosts' is not a port number (1-65535)
          DumbNet    | -i-1 h 80 | invalid --idle-timeout: '-1' is not a number of seconds (0-2147483.647)
          DumbNet    | --cacert=ca.pem h 80 | invalid --cacert: it needs --tls
          DumbNet    | localhost abc x --nonsense | Unknown option: '--nonsense'
          OneToOne   | h 0 | invalid PORT: '0' is not a port number (1-65535)
          OneToOne   | --bind=0.0.0.0 h 80 | invalid --bind: a client does not listen
          OneToOne   | -w 10 server 0 | invalid --connect-timeout: a server does not connect
          OneToOne   | -4 server 0 | invalid -4: a server does not connect
          OneToOne   | -6 server 0 | invalid -6: a server does not connect
          EchoServer | --max-clients=x 0 | invalid --max-clients: 'x' is not a number from 1 to 999999999
          EchoServer | --threads=virtual 0 | invalid --threads: this JVM has no virtual threads (needs Java 21 or newer)
          EchoServer | --threads=green 0 | invalid --threads: expected one of [platform, virtual] (case-insensitive) but was 'green'
          """)
  void aUsageErrorIsALineTheSynopsisAndWhereTheOptionsAre(
      String program, String arguments, String line) {
    Watch.assume(
        !line.contains("this JVM") || !Threads.virtual.areSupported(), "this JVM has them");
    Running refused = run(program, arguments);
    assertEquals(2, refused.status());
    String text = refused.err.text();
    assertTrue(text.startsWith(lines(program + ": " + line) + "Usage: " + program + " ["), text);
    String parameters = program.equals("EchoServer") ? " PORT" : " HOST PORT";
    String hint = lines(parameters, "Try '" + program + " --help' for its options.");
    assertTrue(text.endsWith(hint), text);
    assertEquals("", refused.out.text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          DumbNet    | -h | -4 ;-6 ;-b, --blank-line ;-i, --idle-timeout=SECONDS;-N, --half-close ;--tls ;--cacert=FILE;-w, --connect-timeout=SECONDS;(default 10;
          OneToOne   | --help | -4 ;-6 ;--bind=ADDRESS ;--message-gap=SECONDS;(default 1;-i, --idle-timeout=SECONDS;-w, --connect-timeout=SECONDS;server PORT;HOST PORT
          EchoServer | -h | --bind=ADDRESS ;-i, --idle-timeout=SECONDS;25% more;--max-clients=N ;--report=SECONDS;--threads=KIND
          """)
  void helpListsOptionsStatusesAndAnExampleAndTheVersionNamesTheProgram(
      String program, String option, String options) {
    Running help = run(program, option);
    assertEquals(0, help.status());
    String text = help.out.text();
    assertTrue(text.startsWith("Usage: " + program + " ["), text);
    String statuses = "-i.\n\nExit status:\n  0               done\n  1               a network or";
    String common = ";-h, --help ;-q, --quiet ;-t, --trace ;-V, --version ;" + statuses;
    for (String part : (options + common).split(";")) {
      assertTrue(text.contains(part), part + " in " + text);
    }
    String example = "(?s).*\nExamples:\n  java -cp blocking-sockets.jar " + program + ".*\n";
    assertTrue(text.replace("echo 'GET / HTTP/1.0' | ", "").matches(example), text);
    Running version = run(program, "--version");
    assertEquals(0, version.status());
    assertEquals(lines(program + " (not packaged)"), version.out.text());
    assertEquals("", help.err.text() + version.err.text());
  }
}

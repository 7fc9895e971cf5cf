package cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static testkit.Capture.lines;

import java.io.IOException;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.util.SetSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Capture;

/** How a run ends. Usage errors, help and version are in CommandLineTest. */
class ProgramTest {
  private static final Sample.Body SPEAKS =
      console -> {
        console.notice("a notice");
        console.say("a report");
      };

  private static String error(int status, Running program) {
    assertEquals(status, program.status());
    assertEquals("", program.out.text());
    return program.err.text();
  }

  private static Running failing(Exception failure) {
    Sample.Body fails =
        console -> {
          throw failure;
        };
    return Running.of(Sample.of(fails));
  }

  @Test
  void theStatusIsTheCommandsAndQuietLeavesOutNotices() {
    String report = lines("Sample: a report");
    String both = lines("Sample: a notice") + report;
    assertEquals(both, error(Sample.DONE, Running.of(Sample.of(SPEAKS))));
    assertEquals(report, error(Sample.DONE, Running.of(Sample.of(SPEAKS), "--quiet")));
  }

  @Test
  void anIoFailureIsOneHarmlessLineAndABugAStackTrace() {
    IOException peers = new IOException("CN=\u001b[2Jme\r\nSample: \u202eyou");
    assertEquals(lines("Sample: CN=^[[2Jme^M^JSample: \\u202eyou"), error(1, failing(peers)));
    assertEquals(lines("Sample: IOException"), error(1, failing(new IOException())));
    String bug = error(1, failing(new IllegalStateException("why")));
    assertTrue(bug.startsWith("java.lang.IllegalStateException: why\n\tat cli."), bug);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "--version"})
  void helpThatCannotBeWrittenIsAFailure(String option) {
    assertEquals(
        lines("Sample: cannot write to standard output: Pipe not connected"),
        error(1, Running.intoBroken(Sample.of(SPEAKS), option)));
  }

  @ParameterizedTest
  @SetSystemProperty(key = "picocli.ansi", value = "true")
  @CsvSource({"--help, true, true", "--help, false, false", "--nonsense, true, false"})
  void onlyHelpOnATerminalHasColours(String option, boolean terminal, boolean coloured) {
    Capture out = new Capture();
    PrintStream err = new PrintStream(out, true);
    Console console = new Console(new StandardStreams(null, out, err, !terminal, terminal));
    Program.run(Sample.of(SPEAKS).apply(console), console, option);
    assertEquals(coloured, out.text().contains("\u001b["), out.text());
    assertFalse(out.text().isEmpty());
  }
}

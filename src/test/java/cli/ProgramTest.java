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
    return Running.of(
        Sample.of(
            console -> {
              throw failure;
            }));
  }

  @Test
  void theStatusIsTheCommandsAndQuietLeavesOutNotices() {
    String report = lines("Sample: a report");
    String both = lines("Sample: a notice") + report;
    assertEquals(both, error(Sample.DONE, Running.of(Sample.of(SPEAKS))));
    assertEquals(report, error(Sample.DONE, Running.of(Sample.of(SPEAKS), "--quiet")));
  }

  @Test
  void anIoFailureIsOneLineAndABugAStackTrace() {
    assertEquals(lines("Sample: why"), error(1, failing(new IOException("why"))));
    assertEquals(lines("Sample: IOException"), error(1, failing(new IOException())));
    String bug = error(1, failing(new IllegalStateException("why")));
    assertTrue(bug.startsWith("java.lang.IllegalStateException: why\n\tat cli."), bug);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "--version"})
  void helpThatCannotBeWrittenIsAFailure(String option) {
    assertEquals(
        lines("Sample: cannot write to standard output: Broken pipe"),
        error(1, Running.intoBroken(Sample.of(SPEAKS), option)));
  }

  @ParameterizedTest
  @SetSystemProperty(key = "picocli.ansi", value = "true")
  @CsvSource({"--help, true, true", "--help, false, false", "--nonsense, true, false"})
  void onlyHelpOnATerminalHasColours(String option, boolean terminal, boolean coloured) {
    Capture out = new Capture();
    PrintStream err = new PrintStream(out, true);
    Program.run(
        Sample.of(SPEAKS), new StandardStreams(null, out, err, !terminal, terminal, null), option);
    assertEquals(coloured, out.text().contains("\u001b["), out.text());
    assertFalse(out.text().isEmpty());
  }
}

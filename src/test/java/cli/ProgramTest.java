package cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int execute(String... args) {
    return execute(out, args);
  }

  private int execute(OutputStream to, String... args) {
    StandardStreams streams =
        new StandardStreams(
            InputStream.nullInputStream(), to, new PrintStream(err, true, UTF_8), false, false);
    // In a thread of its own: an OutOfMemoryError would end not only this test but all.
    return CompletableFuture.supplyAsync(() -> new Sample(streams).execute(args)).join();
  }

  private String result(String... args) {
    err.reset();
    execute(args);
    return err.toString(UTF_8);
  }

  private enum Kind {
    ROUND,
    SQUARE
  }

  /** Says what it understood. */
  private static final class Sample extends Program {
    private final Supplier<Integer> port = options.port(() -> 1, "A port.");
    private final Supplier<Duration> time = options.seconds("0", "A time.", "-s", "--some-time");
    private final Supplier<Integer> limit = options.limit("A limit.", "--limit");
    private final Supplier<Kind> kind = options.choice("KIND", Kind.ROUND, "A kind.", "--kind");
    private final Supplier<String> text = options.text("TEXT", "none", "A text.", "--text");
    private final Supplier<String> failure = options.text("WHAT", "", "How to fail.", "--fail");

    Sample(StandardStreams streams) {
      super(streams, "Sample", "Says what it understood.", "  Sample 80");
    }

    @Override
    protected void run() throws IOException {
      notice("notice");
      switch (failure.get()) {
        case "io" -> throw new IOException("cannot do it: why");
        case "bare" -> throw new IOException();
        case "unchecked" -> throw new UncheckedIOException(new IOException("cannot do it: why"));
        case "memory" -> throw new OutOfMemoryError("Java heap space");
        case "usage" -> throw usageError("invalid use: why");
        default ->
            say(
                String.join(
                    " ",
                    port.get().toString(),
                    time.get().toMillis() + " ms",
                    limit.get().toString(),
                    kind.get().toString(),
                    text.get()));
      }
    }
  }

  private static String said(String line) {
    return line + System.lineSeparator();
  }

  private void assertUnderstood(String expected, String... args) {
    assertEquals(said("Sample: notice") + said("Sample: " + expected), result(args));
  }

  private String assertUsageError(String line, String... args) {
    err.reset();
    assertEquals(2, execute(args));
    String text = err.toString(UTF_8);
    assertTrue(text.startsWith(said(line) + "Usage: Sample "), text);
    assertEquals("", out.toString(UTF_8));
    return text;
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1000",
    "10, 10000",
    "0.25, 250",
    ".5, 500",
    "2., 2000",
    "0.0004, 1",
    "0.0014, 1",
    "0.0016, 2",
    "2147483.647, 2147483647",
  })
  void aTimeIsInSecondsWithDecimals(String seconds, String millis) {
    assertUnderstood("80 " + millis + " ms 2147483647 ROUND none", "80", "-s", seconds);
  }

  @Test
  void howeverShortATimeIsItIsNotTheZeroThatMeansForEver() {
    assertUnderstood("80 1 ms 2147483647 ROUND none", "80", "-s", "0." + "0".repeat(400) + "1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "-1",
        "-0.001",
        "-1e-9",
        "NaN",
        "Infinity",
        "abc",
        "1s",
        "1,5",
        "0x10",
        "1 2",
        "2147483.648",
        "1e3",
        "1d",
        "+1",
        ".",
        "1.2.3",
        "99999999999999999999"
      })
  void whatIsNotATimeIsRefused(String seconds) {
    assertUsageError(
        "Sample: invalid --some-time: '" + seconds + "' is not a number of seconds (0-2147483.647)",
        "80",
        "--some-time=" + seconds);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "80", "65535"})
  void aPortToConnectTo(String port) {
    assertUnderstood(port + " 0 ms 2147483647 ROUND none", port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "0", "65536", "1.5", "", "99999999999", "80x", "0x50"})
  void whatIsNotAPortIsRefused(String port) {
    assertUsageError("Sample: invalid PORT: '" + port + "' is not a port number (1-65535)", port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "500", "2147483647"})
  void aLimit(String limit) {
    assertUnderstood("80 0 ms " + limit + " ROUND none", "80", "--limit", limit);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "2147483648", "x", ""})
  void whatIsNotALimitIsRefused(String limit) {
    assertUsageError(
        "Sample: invalid --limit: '" + limit + "' is not a positive number (1-2147483647)",
        "80",
        "--limit=" + limit);
  }

  @ParameterizedTest
  @ValueSource(strings = {"square", "SQUARE", "Square"})
  void aChoice(String kind) {
    assertUnderstood("80 0 ms 2147483647 SQUARE none", "80", "--kind", kind);
  }

  @Test
  void whatIsNotAChoiceIsRefused() {
    assertUsageError("Sample: invalid --kind: 'x' is not one of round, square", "80", "--kind=x");
  }

  @Test
  void tooFewAndTooManyParametersAreRefused() {
    assertUsageError("Sample: Missing required parameter: 'PORT'");
    assertUsageError("Sample: Unmatched argument at index 1: 'x'", "80", "x");
  }

  @Test
  void anUnknownOptionIsRefused() {
    assertUsageError("Sample: Unknown option: '--nonsense'", "80", "--nonsense");
  }

  @Test
  void aUsageErrorEndsWithTheSynopsis() {
    String[] lines = assertUsageError("Sample: Missing required parameter: 'PORT'").split("\\R");
    assertTrue(lines[1].startsWith("Usage: Sample [-hqtV]"), lines[1]);
    assertTrue(lines[lines.length - 1].endsWith(" PORT"), lines[lines.length - 1]);
  }

  @Test
  void aUsageErrorFoundLaterIsOneToo() {
    assertUsageError("Sample: invalid use: why", "-q", "80", "--fail=usage");
  }

  @Test
  void anArgumentThatStartsWithAtIsLiteral(@TempDir Path directory) throws IOException {
    String file = "@" + Files.writeString(directory.resolve("arguments"), "81");
    assertUnderstood("80 0 ms 2147483647 ROUND " + file, "80", "--text", file);
    assertUsageError("Sample: invalid PORT: '" + file + "' is not a port number (1-65535)", file);
  }

  @Test
  void noticesAreSaidUnlessTheUserWantsQuiet() {
    String what = said("Sample: 80 0 ms 2147483647 ROUND none");
    assertEquals(said("Sample: notice") + what, result("80"));
    assertEquals(what, result("-q", "80"));
    assertEquals(what, result("--quiet", "80"));
  }

  @ParameterizedTest
  @CsvSource({
    "io, Sample: cannot do it: why",
    "bare, Sample: IOException",
    "unchecked, Sample: cannot do it: why",
    "memory, Sample: Java heap space",
  })
  void aFailureIsOneLineAndStatus1(String failure, String line) {
    assertEquals(1, execute("-q", "80", "--fail=" + failure));
    assertEquals(said(line), err.toString(UTF_8));
  }

  @Test
  void successIsStatus0AndLeavesStandardOutputEmpty() {
    assertEquals(0, execute("80"));
    assertEquals("", out.toString(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "--help"})
  void helpListsExitStatusesAndAnExample(String option) {
    assertEquals(0, execute(option));
    String help = out.toString(UTF_8);
    assertTrue(help.startsWith("Usage: Sample "), help);
    assertTrue(help.contains(said("Exit status:")), help);
    for (String status :
        new String[] {"0   done", "1   a network or I/O failure", "2   a usage "}) {
      assertTrue(help.contains(status), help);
    }
    assertTrue(help.endsWith(said("Example:") + said("  Sample 80")), help);
    assertEquals("", err.toString(UTF_8));
  }

  @Test
  void helpThatCannotBeWrittenIsAFailure() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    assertEquals(1, execute(broken, "--help"));
    assertEquals(
        said("Sample: cannot write to standard output: No space left on device"),
        err.toString(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-V", "--version"})
  void versionNamesTheProgram(String option) {
    assertEquals(0, execute(option));
    assertTrue(out.toString(UTF_8).matches("Sample \\S.*\\R"), out.toString(UTF_8));
    assertEquals("", err.toString(UTF_8));
  }
}

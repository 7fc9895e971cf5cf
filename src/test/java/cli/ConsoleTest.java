package cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static testkit.Capture.lines;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleTest {
  private final CountDownLatch typed = new CountDownLatch(1);

  /** Discards what was typed on a terminal, if it may, and reads two lines. */
  private void read(Console console, boolean discards) throws Exception {
    typed.await();
    if (discards) {
      console.discardTyped("before");
    }
    for (int i = 0; i < 2; i++) {
      String line = console.readLine("> ");
      console.say(line == null ? "none" : "'" + line + "'");
    }
  }

  private final Sample.Body reader = console -> read(console, false);
  private final Sample.Body discarder = console -> read(console, true);

  private void assertSaid(Running program, String... lines) {
    typed.countDown();
    assertEquals(Sample.DONE, program.status());
    assertEquals(lines(lines), program.err.text());
  }

  @ParameterizedTest
  @CsvSource({
    "'GET /\nrest', GET /, rest",
    "'GET /\r\nrest', GET /, rest",
    "'GET /\r', GET /, ''",
    "'\n\n', '', '\n'",
    "'\r', '', ''",
    "'a\r\r\n', 'a\r', ''",
    "'\ra\rb\n', '\ra\rb', ''",
    "'\0\1\t\177\200\233\377', '\0\1\t\177\200\233\377', ''",
  })
  void aLineIsReadAsItIsWithoutItsEndingAndNotAByteMore(String input, String line, String rest)
      throws IOException {
    InputStream in = new ByteArrayInputStream(input.getBytes(ISO_8859_1));
    Console console = new Console(new StandardStreams(in, null, null, false, false));
    assertEquals(line, console.readLine("> "));
    assertEquals(rest, new String(in.readAllBytes(), ISO_8859_1));
  }

  @Test
  void aLineTypedAheadIsShownAfterItsPromptAndIsHarmless() {
    Running program = Running.onTerminal(Sample.of(reader)).type("\u001b[2J\u00e4\ntwo\n");
    String read = "Sample: '^[[2J\u00c3\u00a4'"; // a character for each byte
    assertSaid(program, "> ^[[2J\u00e4", read, "> two", "Sample: 'two'");
  }

  @Test
  void afterCtrlDTheNextTextBeginsALine() {
    Running program = Running.onTerminal(Sample.of(reader));
    typed.countDown();
    program.err.await("> ");
    program.type("half").press(Running.CTRL_D).err.await("'half'\n> ");
    program.press(Running.CTRL_D);
    assertSaid(program, "> ", "Sample: 'half'", "> ", "Sample: none");
  }

  @Test
  void aSignalAtAPromptEndsItsLine() {
    Running program = Running.onTerminal(Sample.of(reader));
    typed.countDown();
    program.err.await("> ");
    program.signal();
    assertEquals(lines("> "), program.err.text());
  }

  @Test
  void aTraceTakesThePlaceOfThePrompt() {
    typed.countDown();
    Running program = Running.onTerminal(Sample.of(reader), "--trace").type("half");
    assertEquals(Sample.DONE, program.press(Running.END).status());
    String read = "read(keyboard) ...\nread(keyboard) = ";
    assertEquals(
        read + "4 bytes\nSample: 'half'\n" + read + "end of input\nSample: none\n",
        program.err.text().replaceAll("\\d\\d:\\S+ main      | after \\S+ s", ""));
  }

  @Test
  void whatWasTypedOnATerminalCanBeDiscardedAndALineTypedAtItsPromptIsLeftToItToShow() {
    Running program = Running.onTerminal(Sample.of(discarder));
    program.type("on\0\n").press(Running.PAUSE).type("tw");
    typed.countDown();
    program.err.await("> ");
    program.type("new\n").err.await("'new'\n> ");
    program.press(Running.CTRL_D);
    String discarded = "Sample: discarded 6 bytes typed before";
    assertSaid(program, discarded, "> Sample: 'new'", "> ", "Sample: none");
  }

  @Test
  void aPipeIsNeitherDiscardedNorPrompted() {
    Running program = Running.of(Sample.of(discarder)).type("half").press(Running.END);
    assertSaid(program, "Sample: 'half'", "Sample: none");
  }
}

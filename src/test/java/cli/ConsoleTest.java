package cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static testkit.Capture.lines;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import testkit.Capture;

class ConsoleTest {
  private final Capture screen = new Capture();
  private final CountDownLatch typed = new CountDownLatch(1);

  /** Reads two lines. */
  private final Sample.Body reader =
      console -> {
        typed.await();
        for (int i = 0; i < 2; i++) {
          String line = console.readLine("> ");
          console.say(line == null ? "none" : "'" + line + "'");
        }
      };

  /** Discards what is typed, and reads two lines. */
  private final Sample.Body discarder =
      console -> {
        typed.await();
        console.discardTyped("before");
        reader.run(console);
      };

  private void assertSaid(Running program, String... lines) {
    typed.countDown();
    assertEquals(Sample.DONE, program.status());
    assertEquals(lines(lines), program.err.text());
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          GET /$rest, GET /, rest
          GET /^$rest, GET /, rest
          GET /^, GET /, ''
          $$, '', $
          ^$, '', ''
          ^, '', ''
          a^^$, a^, ''
          ^a^b$, ^a^b, ''
          \0\u0001\t\u007f\u0080\u009b\u00ff, \0\u0001\t\u007f\u0080\u009b\u00ff, ''
          """)
  void aLineIsReadAsItIsWithoutItsEndingAndNotAByteMore(String input, String line, String rest)
      throws IOException {
    InputStream in = new ByteArrayInputStream(bytes(input));
    Console console = new Console();
    PrintStream err = new PrintStream(screen);
    console.open(null, new StandardStreams(in, screen, err, false, false, null));
    String read = console.readLine("> ");
    assertArrayEquals(bytes(line), read.getBytes(ISO_8859_1));
    assertArrayEquals(bytes(rest), in.readAllBytes());
  }

  private static byte[] bytes(String text) {
    return text.replace('$', '\n').replace('^', '\r').getBytes(ISO_8859_1);
  }

  @Test
  void aLineTypedAheadIsShownAfterItsPromptAndIsHarmless() {
    Running program = Running.onTerminal(Sample.of(reader)).type("\u001b[2Jone\ntwo\n");
    assertSaid(program, "> ^[[2Jone", "Sample: '\u001b[2Jone'", "> two", "Sample: 'two'");
  }

  @Test
  void afterCtrlDTheNextTextBeginsALine() {
    Running program = Running.onTerminal(Sample.of(reader));
    typed.countDown();
    program.err.await("> ");
    program.type("half").ctrlD().err.await("'half'\n> ");
    assertSaid(program.ctrlD(), "> ", "Sample: 'half'", "> ", "Sample: none");
  }

  @Test
  void aTraceTakesThePlaceOfThePrompt() {
    Running program = Running.onTerminal(Sample.of(reader), "--trace").type("half").endInput();
    typed.countDown();
    assertEquals(Sample.DONE, program.status());
    String read = "read(keyboard) ...\nread(keyboard) = ";
    assertEquals(
        read + "4 bytes\nSample: 'half'\n" + read + "end of input\nSample: none\n",
        program.err.text().replaceAll("\\d\\d:\\S+ main      | after \\S+ s", ""));
  }

  @Test
  void whatWasTypedOnATerminalCanBeDiscardedAndALineTypedAtItsPromptIsLeftToItToShow() {
    Running program = Running.onTerminal(Sample.of(discarder)).type("one\ntw");
    typed.countDown();
    program.err.await("> ");
    program.type("new\n").err.await("'new'\n> ");
    String discarded = "Sample: discarded 6 bytes typed before";
    assertSaid(program.ctrlD(), "", discarded, "> Sample: 'new'", "> ", "Sample: none");
  }

  @Test
  void aPipeIsNeitherDiscardedNorPrompted() {
    Running program = Running.of(Sample.of(discarder)).type("half").endInput();
    assertSaid(program, "Sample: 'half'", "Sample: none");
  }

  @Test
  void inTheBackgroundDataComesAfterWhatWasSaidUnlessStandardErrorIsStuck() throws IOException {
    Semaphore moves = new Semaphore(20);
    PrintStream err = new PrintStream(NoticesTest.stuck(screen, moves), true);
    Console console = new Console();
    List<Runnable> atEnd = new ArrayList<>();
    console.open(null, new StandardStreams(null, screen, err, false, false, atEnd::add));
    console.printInBackground(() -> {});
    OutputStream out = console.display();
    for (int i = 0; i < 20; i++) {
      console.print("said\n");
      out.write(bytes("data$"));
    }
    console.print("stuck\n");
    out.write(bytes("data$"));
    moves.release();
    atEnd.get(0).run();
    assertEquals("said\ndata\n".repeat(20) + "data\nstuck\n", screen.text());
  }
}

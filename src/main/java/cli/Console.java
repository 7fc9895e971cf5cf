package cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import sockets.BlockingCalls;
import sockets.Describe;

/**
 * The user's side of a program, with the options that all programs have. Only data, help and
 * version go to standard output; everything else goes to standard error.
 */
@Command(
    exitCodeListHeading =
        "%nA vanished peer is found in 2 minutes, with unconfirmed bytes in 15: see -i.%n"
            + "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:a network or I/O failure",
      "2:a usage error",
      "129, 130, 143:ended by hang-up, by Ctrl-C, by SIGTERM"
    },
    footerHeading = "%nExamples:%n")
public final class Console {
  CommandSpec program; // set by Program

  @Option(
      names = {"-q", "--quiet"},
      description = "Print no notices; prompts, errors and reports stay.")
  private boolean quiet;

  @Option(
      names = {"-t", "--trace"},
      description = "Print a line when a call that blocks starts and when it returns; no prompts.")
  private boolean trace;

  final StandardStreams streams;
  private final Set<Runnable> atEnd = ConcurrentHashMap.newKeySet();

  Console(StandardStreams streams) {
    this.streams = streams;
  }

  ParameterException usageError(String why) {
    return new ParameterException(program.commandLine(), why);
  }

  /** Throws a usage error if one of these options, which make no sense here, was given. */
  public void refuse(String why, String... options) {
    for (String option : options) {
      if (program.commandLine().getParseResult().hasMatchedOption(option)) {
        throw usageError("invalid " + program.findOption(option).longestName() + ": " + why);
      }
    }
  }

  /** {@return what makes the program's blocking calls; {@code --trace} prints each of them} */
  public BlockingCalls calls() {
    return new BlockingCalls(trace ? this::printLine : null);
  }

  /** Tells the user what has happened, in one line, unless {@code --quiet} is given. */
  public void notice(String text) {
    if (!quiet) {
      say(text);
    }
  }

  /** Prints a line, even with {@code --quiet}; a peer's words in it can do no harm. */
  public void say(String text) {
    printLine(program.name() + ": " + text);
  }

  private void printLine(String text) {
    print(TerminalOutput.harmless(text.replace("\n", "^J")) + System.lineSeparator());
  }

  void print(String text) {
    streams.err().print(text);
  }

  /** Runs a task when the process ends, even by a signal; what the task prints still appears. */
  public void atEnd(Runnable task) {
    atEnd.add(task);
  }

  void end() {
    for (Runnable task : atEnd) {
      task.run();
    }
    streams.err().flush();
  }

  /**
   * Waits for the user to enter a line, and takes not a byte beyond it, so that the next reader of
   * the same input finds what follows. On a terminal it asks first, but not with {@code --trace}.
   *
   * @return the line without LF or CRLF, in ISO 8859-1, a character a byte; null if input has ended
   */
  public String readLine(String prompt) throws IOException {
    boolean ask = streams.inTerminal() && !trace;
    Runnable newline = () -> print(System.lineSeparator());
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      // The terminal showed typed-ahead text before the prompt: print the line again behind it.
      boolean typedAhead = ask && streams.in().available() > 0;
      if (ask) {
        atEnd.add(newline); // Otherwise Ctrl-C would leave the shell's prompt behind this one.
        print(prompt);
      }
      calls().call("read(keyboard)", () -> readInto(line));
      if (typedAhead) {
        print(TerminalOutput.harmless(line.toString(StandardCharsets.UTF_8)));
      }
    } catch (IOException e) {
      throw new IOException("cannot read standard input: " + Describe.reason(e), e);
    } finally {
      atEnd.remove(newline);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    if (ask && !text.endsWith("\n")) {
      newline.run(); // Ctrl-D leaves the cursor where it was.
    }
    return text.isEmpty() ? null : text.replaceFirst("\r?\n?\\z", "");
  }

  private String readInto(ByteArrayOutputStream line) throws IOException {
    for (int b = 0; b != '\n' && (b = streams.in().read()) >= 0; ) {
      line.write(b);
    }
    return line.size() == 0 ? "end of input" : Describe.count(line.size(), "byte");
  }

  /**
   * Drops the lines typed on a terminal so far, which were meant for somebody else, and says so.
   * The terminal keeps a line that has no Enter yet. A pipe or a file is a script, and is kept.
   */
  public void discardTyped(String when) throws IOException {
    int count = 0;
    while (streams.inTerminal() && streams.in().available() > 0) {
      count += streams.in().read() < 0 ? 0 : 1; // Ctrl-D reads as the end of input.
      if (streams.in().available() == 0) {
        // A terminal takes a long paste in pieces, and is empty for an instant between two of them.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
    }
    if (count > 0) {
      notice("discarded " + Describe.count(count, "byte") + " typed " + when);
    }
  }

  /** {@return standard output for a peer's data} A terminal gets control characters spelt out. */
  public OutputStream display() {
    OutputStream out = streams.output();
    return streams.outTerminal() ? new TerminalOutput(out) : out;
  }
}

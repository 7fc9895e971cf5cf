package cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import sockets.BlockingCalls;
import sockets.Describe;

/**
 * The user's side of a program, with the options that all programs have. Only data, help and
 * version go to standard output; everything else goes to standard error.
 */
@Command(
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:a network or I/O failure",
      "2:a usage error",
      "129, 130, 143:ended by hang-up, by Ctrl-C, by SIGTERM"
    },
    footerHeading = "%nExamples:%n")
public final class Console {
  private CommandLine command;
  private StandardStreams streams;
  private Consumer<String> printer;
  private Runnable flush = () -> {};
  private boolean ended;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print no notices; prompts, errors and reports stay.")
  private boolean quiet;

  @Option(
      names = {"-t", "--trace"},
      description = "Print a line when a call that blocks starts and when it returns; no prompts.")
  private boolean trace;

  Console() {}

  void open(CommandLine command, StandardStreams streams) {
    this.command = command;
    this.streams = streams;
    printer = streams.err()::print;
  }

  ParameterException usageError(String why) {
    return new ParameterException(command, why);
  }

  /**
   * Refuses an option that makes no sense with the rest of the command line.
   *
   * @param option one of its names
   * @param why what to tell the user
   * @throws ParameterException if it was given
   */
  public void refuse(String option, String why) {
    if (command.getParseResult().hasMatchedOption(option)) {
      String name = command.getCommandSpec().findOption(option).longestName();
      throw usageError("invalid " + name + ": " + why);
    }
  }

  /** {@return where the program's sockets come from; with {@code --trace} they narrate} */
  public BlockingCalls calls() {
    return new BlockingCalls(trace ? line -> print(line + System.lineSeparator()) : null);
  }

  /**
   * Tells the user what has happened, unless {@code --quiet} is given.
   *
   * @param text a sentence without a full stop
   */
  public void notice(String text) {
    if (!quiet) {
      say(text);
    }
  }

  /**
   * Tells the user something, even with {@code --quiet}.
   *
   * @param text a sentence without a full stop
   */
  public void say(String text) {
    print(command.getCommandName() + ": " + text + System.lineSeparator());
  }

  void print(String text) {
    printer.accept(text);
  }

  /**
   * Prints in the background from now on, so that a stuck standard error holds up nobody.
   *
   * @param last runs when the process ends, also by a signal; what it says is printed
   */
  public void printInBackground(Runnable last) {
    Notices background = new Notices(streams.err());
    printer = background::print;
    flush = background::flush;
    streams.atEnd().accept(() -> end(last, background));
  }

  /** Synchronized, as the process must not end while {@link #discardTyped} changes the terminal. */
  private synchronized void end(Runnable last, Notices background) {
    ended = true;
    last.run();
    background.close();
  }

  /**
   * Waits for the user to enter a line, and takes not a byte beyond it, so that the next reader of
   * the same input finds what follows. On a terminal it asks first, but not with {@code --trace}.
   *
   * @param prompt what to ask with
   * @return the line without LF or CRLF, each byte as a character (ISO 8859-1); null at the end of
   *     input; the last line may lack its ending
   * @throws IOException if standard input can't be read
   */
  public String readLine(String prompt) throws IOException {
    boolean ask = streams.inIsTerminal() && !trace;
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      // What is typed ahead shows before the prompt: it is shown again after it.
      boolean typedAhead = ask && streams.in().available() > 0;
      if (ask) {
        print(prompt);
      }
      calls().call("read(keyboard)", () -> readBytes(line));
      if (typedAhead) {
        print(TerminalOutput.harmless(line.toString(StandardCharsets.UTF_8)));
      }
    } catch (IOException e) {
      throw new IOException("cannot read standard input: " + Describe.reason(e), e);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    if (ask && !text.endsWith("\n")) {
      print(System.lineSeparator()); // Ctrl-D leaves the cursor where it was.
    }
    return text.isEmpty() ? null : text.replaceFirst("\r?\n?\\z", "");
  }

  private String readBytes(ByteArrayOutputStream line) throws IOException {
    for (int b = 0; b != '\n' && (b = streams.in().read()) >= 0; ) {
      line.write(b);
    }
    return line.size() == 0 ? "end of input" : Describe.count(line.size(), "byte");
  }

  /**
   * Drops what was typed and not read yet, which was meant for somebody else, and tells the user
   * so. A pipe or a file is a script, and is kept.
   *
   * @param when it was typed, for the user
   * @throws IOException if standard input can't be read
   */
  public synchronized void discardTyped(String when) throws IOException {
    if (ended || !streams.inIsTerminal()) {
      return;
    }
    streams.finishTyping();
    int count = 0;
    int last = '\n';
    while (streams.in().available() > 0) {
      int b = streams.in().read();
      if (b >= 0) { // Ctrl-D reads as the end of input.
        last = b;
        count++;
      }
    }
    if (last != '\n') {
      print(System.lineSeparator()); // The cursor is behind what was typed.
    }
    if (count > 0) {
      notice("discarded " + Describe.count(count, "byte") + " typed " + when);
    }
  }

  /**
   * Opens standard output for data from a peer. What was said before is shown before it; on a
   * terminal the data is made harmless.
   *
   * @return a stream whose errors name standard output; closing it leaves standard output open
   */
  public OutputStream display() {
    OutputStream out = streams.output(flush);
    return streams.outIsTerminal() ? new TerminalOutput(out) : out;
  }
}

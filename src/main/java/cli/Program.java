package cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import sockets.BlockingCalls;
import sockets.Describe;
import sockets.TracedCalls;

/**
 * A command-line program: the options that all have, what they say to the user and how they end.
 * Only data, help and version go to standard output; all else goes to standard error.
 */
public abstract class Program {
  /** What this program reads and writes. */
  protected final StandardStreams streams;

  /** Where a program declares its command line. */
  protected final Options options;

  private final CommandSpec spec = CommandSpec.create();
  private final Supplier<Boolean> quiet;
  private final Supplier<Boolean> trace;
  private BlockingCalls calls;

  /**
   * A program that has not been given its arguments yet.
   *
   * @param streams what it reads and writes
   * @param name what the user calls it
   * @param description what it does, for {@code --help}
   * @param examples command lines, for {@code --help}
   */
  protected Program(StandardStreams streams, String name, String description, String... examples) {
    this.streams = streams;
    spec.name(name).versionProvider(new Version());
    spec.usageMessage()
        .description(description)
        .exitCodeListHeading("%nExit status:%n")
        .exitCodeList(exitStatuses())
        .footerHeading(examples.length == 1 ? "%nExample:%n" : "%nExamples:%n")
        .footer(examples);
    options = new Options(spec);
    quiet = options.flag("Print no notices; prompts, errors and reports stay.", "-q", "--quiet");
    trace =
        options.flag(
            "Narrate connect, accept, recv, send and keyboard reads, in place of prompts.",
            "-t",
            "--trace");
  }

  private static Map<String, String> exitStatuses() {
    Map<String, String> meanings = new LinkedHashMap<>();
    meanings.put("0", "done");
    meanings.put("1", "a network or I/O failure");
    meanings.put("2", "a usage error");
    return meanings;
  }

  /**
   * Does the program's work.
   *
   * @throws IOException if the network or a standard stream fails; its message is the error line
   */
  protected abstract void run() throws IOException;

  /**
   * Runs the program.
   *
   * @param args the command line; an argument that begins with {@code @} is literal
   * @return the exit status: 0 done, 1 a network or I/O failure, 2 a usage error
   */
  public final int execute(String... args) {
    // Nobody here needs the converters of java.sql, java.time and so on, which take time to set up.
    System.setProperty("picocli.converters.excludes", ".*");
    StringWriter help = new StringWriter();
    int status =
        new CommandLine(spec)
            .setExpandAtFiles(false)
            .setOut(new PrintWriter(help))
            .setErr(new PrintWriter(streams.err(), true))
            .setExecutionStrategy(this::start)
            .setParameterExceptionHandler((e, arguments) -> refuse(e))
            .execute(args);
    try {
      streams.output().write(help.toString().getBytes(Charset.defaultCharset()));
      return status;
    } catch (IOException e) {
      return fail(e);
    }
  }

  /** Called by picocli when the command line is in order. */
  private int start(ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    try {
      calls = trace.get() ? new TracedCalls(streams.err()::println) : new BlockingCalls();
      run();
      return ExitCode.OK;
    } catch (UncheckedIOException e) {
      return fail(e.getCause());
    } catch (IOException | OutOfMemoryError e) {
      return fail(e);
    }
  }

  /**
   * Where this program's sockets come from.
   *
   * @return a maker of sockets that narrate, with {@code --trace}, or plain ones
   */
  protected final BlockingCalls calls() {
    return calls;
  }

  /**
   * Waits for the user to enter a line. On a terminal asks for it first; a trace says that itself.
   *
   * @param prompt what to ask with
   * @return the line's bytes without the line ending; null at the end of input
   * @throws IOException if standard input can't be read
   */
  protected final byte[] readLine(String prompt) throws IOException {
    boolean ask = streams.inIsTerminal() && !trace.get();
    if (ask) {
      streams.err().print(prompt);
      streams.err().flush();
    }
    byte[] line = StandardStreams.readLine(calls.keyboard(streams.in()));
    if (ask && line == null) {
      streams.err().println(); // Ctrl-D leaves the cursor behind the prompt.
    }
    return line;
  }

  /**
   * Tells the user what has happened, unless he wants quiet.
   *
   * @param text a sentence without a full stop
   */
  protected final void notice(String text) {
    if (!quiet.get()) {
      say(text);
    }
  }

  /**
   * Tells the user, wanting quiet or not.
   *
   * @param text a sentence without a full stop
   */
  protected final void say(String text) {
    streams.err().println(spec.name() + ": " + text);
  }

  /**
   * Refuses a command line that picocli has let pass.
   *
   * @param why what is wrong with it
   * @return an exception that ends the program with this message, the synopsis and status 2
   */
  protected final ParameterException usageError(String why) {
    return new ParameterException(spec.commandLine(), why);
  }

  private int fail(Throwable failure) {
    say(Describe.reason(failure));
    return ExitCode.SOFTWARE;
  }

  private int refuse(ParameterException e) {
    boolean converting = e.getCause() instanceof TypeConversionException;
    say(
        converting
            ? "invalid " + name(e.getArgSpec()) + ": " + e.getCause().getMessage()
            : e.getMessage());
    Help help = e.getCommandLine().getHelp();
    streams.err().print(help.synopsisHeading() + help.synopsis(help.synopsisHeadingLength()));
    return ExitCode.USAGE;
  }

  private static String name(ArgSpec parameter) {
    return parameter.isOption() ? ((OptionSpec) parameter).longestName() : parameter.paramLabel();
  }

  /** What {@code --version} says: the manifest of the jar has the number. */
  private static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Program.class.getPackage().getImplementationVersion();
      return new String[] {"${COMMAND-NAME} " + (version == null ? "(not packaged)" : version)};
    }
  }
}

package cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.PicocliException;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;
import sockets.Describe;

/** Runs a command: turns a command line into a run, and a failure into a line and a status. */
public final class Program
    implements IExecutionStrategy, IParameterExceptionHandler, IExecutionExceptionHandler {
  static {
    // Nobody here needs the converters of java.sql and so on, or Groovy's closures, which take a
    // starting program time.
    System.setProperty("picocli.converters.excludes", ".*");
    System.setProperty("picocli.disable.closures", "true");
  }

  private final StandardStreams streams;
  private final CommandLine command;
  private final Console console;

  private Program(Callable<Integer> program, StandardStreams streams) {
    this.streams = streams;
    command = new CommandLine(program);
    console = (Console) command.getCommandSpec().mixins().get("console").userObject();
    console.open(command, streams);
  }

  /**
   * Runs a command with the standard streams of the process, and ends the process.
   *
   * @param command has a {@link Console} mixed in as {@code console}; if it is {@link Closeable},
   *     it is closed on SIGTERM, Ctrl-C and hang-up
   * @param args the command line
   */
  public static void main(Callable<Integer> command, String... args) {
    Program program = new Program(command, StandardStreams.ofProcess());
    Thread.setDefaultUncaughtExceptionHandler(new LastWords(program.command.getCommandName()));
    if (command instanceof Closeable closeable) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> close(closeable)));
    }
    int status = program.execute(args);
    if (status != ExitCode.OK) { // System.exit costs 5 ms (Java 25).
      System.exit(status);
    }
  }

  /** Runs a command with other streams, and returns its exit status. */
  static int run(Callable<Integer> command, StandardStreams streams, String... args) {
    return new Program(command, streams).execute(args);
  }

  private static void close(Closeable command) {
    try {
      command.close();
    } catch (IOException e) {
      // The process ends.
    }
  }

  private int execute(String... args) {
    StringWriter help = new StringWriter();
    String version = Program.class.getPackage().getImplementationVersion(); // from the jar
    command
        .getCommandSpec()
        .version("${COMMAND-NAME} " + (version == null ? "(not packaged)" : version))
        .parser()
        .collectErrors(true);
    int status =
        command
            .registerConverter(Duration.class, new Seconds())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExpandAtFiles(false)
            .setOverwrittenOptionsAllowed(true)
            .setColorScheme(Help.defaultColorScheme(streams.outIsTerminal() ? Ansi.AUTO : Ansi.OFF))
            .setOut(new PrintWriter(help))
            .setErr(new PrintWriter(streams.err(), true))
            .setExecutionStrategy(this)
            .setParameterExceptionHandler(this)
            .setExecutionExceptionHandler(this)
            .execute(args);
    try {
      streams.output().write(help.toString().getBytes(Charset.defaultCharset()));
    } catch (IOException e) {
      console.say(Describe.reason(e));
      status = ExitCode.SOFTWARE;
    }
    return status;
  }

  /** Called by picocli with everything that it understood, and all errors. */
  @Override
  public int execute(ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    // An unknown option is often the cause of other errors, as its value is taken for a parameter.
    for (String argument : parsed.unmatched()) {
      if (argument.startsWith("-")) {
        throw new UnmatchedArgumentException(command, List.of(argument));
      }
    }
    if (!parsed.errors().isEmpty()) {
      throw (PicocliException) parsed.errors().get(0);
    }
    return new RunLast().execute(parsed);
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    Throwable cause = e.getCause();
    console.say(
        cause instanceof TypeConversionException
            ? "invalid " + name(e.getArgSpec()) + ": " + cause.getMessage()
            : e.getMessage());
    command.setColorScheme(Help.defaultColorScheme(Ansi.OFF));
    console.print(command.getHelp().fullSynopsis());
    return ExitCode.USAGE;
  }

  private static String name(ArgSpec parameter) {
    return parameter instanceof OptionSpec option ? option.longestName() : parameter.paramLabel();
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine failed, ParseResult parsed)
      throws Exception {
    if (e instanceof IOException) {
      console.say(Describe.reason(e));
      return ExitCode.SOFTWARE;
    }
    throw e; // a bug, whose stack trace picocli prints
  }
}

package cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import sockets.Describe;

/** Runs a command: turns a command line into a run, and a failure into a line and a status. */
public final class Program {
  static {
    // Converters for java.sql and so on, and Groovy's closures, would only take start-up time.
    System.setProperty("picocli.converters.excludes", ".*");
    System.setProperty("picocli.disable.closures", "true");
  }

  private Program() {}

  /**
   * Runs a command with the standard streams of the process, and ends the process.
   *
   * @param program has a {@link Console} mixed in as {@code console}
   * @param args the command line
   */
  public static void main(Callable<Integer> program, String... args) {
    Thread.setDefaultUncaughtExceptionHandler(new LastWords(program.getClass().getSimpleName()));
    System.exit(run(program, StandardStreams.ofProcess(), args));
  }

  /** Runs a command with the given streams, and returns its exit status. */
  static int run(Callable<Integer> program, StandardStreams streams, String... args) {
    StringWriter help = new StringWriter();
    CommandLine command =
        new CommandLine(program)
            .registerConverter(Duration.class, new Seconds())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExpandAtFiles(false)
            .setOverwrittenOptionsAllowed(true)
            .setColorScheme(Help.defaultColorScheme(streams.outIsTerminal() ? Ansi.AUTO : Ansi.OFF))
            .setOut(new PrintWriter(help));
    CommandSpec spec = command.getCommandSpec();
    String version = Program.class.getPackage().getImplementationVersion(); // from the jar
    spec.version("${COMMAND-NAME} " + (version == null ? "(not packaged)" : version));
    spec.parser().collectErrors(true);
    Console console = (Console) spec.mixins().get("console").userObject();
    console.open(command, streams);
    try {
      ParseResult parsed = command.parseArgs(args);
      if (CommandLine.executeHelpRequest(parsed) != null) {
        streams.output(() -> {}).write(help.toString().getBytes());
        return ExitCode.OK;
      }
      // An unknown option is often the cause of other errors: its value is taken for a parameter.
      for (String argument : parsed.unmatched()) {
        if (argument.startsWith("-")) {
          throw console.usageError("Unknown option: '" + argument + "'");
        }
      }
      if (!parsed.errors().isEmpty()) {
        throw parsed.errors().get(0);
      }
      return program.call();
    } catch (ParameterException e) {
      Throwable cause = e.getCause();
      console.say(
          cause instanceof TypeConversionException
              ? "invalid " + name(e.getArgSpec()) + ": " + cause.getMessage()
              : e.getMessage());
      command.setColorScheme(Help.defaultColorScheme(Ansi.OFF));
      console.print(command.getHelp().fullSynopsis());
      return ExitCode.USAGE;
    } catch (IOException e) {
      console.say(Describe.reason(e));
      return ExitCode.SOFTWARE;
    } catch (Exception e) {
      e.printStackTrace(streams.err()); // It is a bug.
      return ExitCode.SOFTWARE;
    }
  }

  private static String name(ArgSpec parameter) {
    return parameter instanceof OptionSpec option ? option.longestName() : parameter.paramLabel();
  }
}

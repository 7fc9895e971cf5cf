package cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;
import sockets.Describe;

/** Runs a command: turns a command line into a run, and a failure into a line and a status. */
public final class Program {
  static {
    // Converters for java.sql and so on, and Groovy's closures, would only take start-up time.
    System.setProperty("picocli.converters.excludes", ".*");
    System.setProperty("picocli.disable.closures", "true");
  }

  /** Runs a command, with the console's options, on the standard streams; ends the process. */
  public static void main(Function<Console, Callable<Integer>> program, String... args) {
    Console console = new Console(StandardStreams.ofProcess());
    Callable<Integer> command = program.apply(console);
    Thread.setDefaultUncaughtExceptionHandler(new LastWords(command.getClass().getSimpleName()));
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(console::end));
    } catch (IllegalStateException e) {
      // A signal has come already.
    }
    int status = run(command, console, args);
    if (status != ExitCode.OK) { // Returning gives 0 too; exit() spends 5 ms on its log (Java 25).
      System.exit(status);
    }
  }

  static int run(Callable<Integer> command, Console console, String... args) {
    Ansi ansi = console.streams.outTerminal() ? Ansi.AUTO : Ansi.OFF;
    StringWriter help = new StringWriter();
    CommandLine commandLine =
        new CommandLine(command)
            .registerConverter(Duration.class, Numbers::seconds)
            .registerConverter(int.class, Numbers::count)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExpandAtFiles(false)
            .setOverwrittenOptionsAllowed(true)
            .setUsageHelpAutoWidth(true) // in Console's @Command, stty(1) would run each time
            .setColorScheme(Help.defaultColorScheme(ansi))
            .setOut(new PrintWriter(help))
            .setExecutionStrategy(Program::execute)
            .setParameterExceptionHandler((e, given) -> explain(e, console))
            .setExecutionExceptionHandler((e, failed, parsed) -> report(e, console));
    CommandSpec spec = commandLine.getCommandSpec();
    // Without @Mixin, @Spec and mixinStandardHelpOptions: each would add 5 ms to every start.
    commandLine.addMixin("console", console);
    console.program = spec;
    OptionSpec.Builder helpOption = OptionSpec.builder("-h", "--help").usageHelp(true);
    spec.addOption(helpOption.description("Show this help message and exit.").build());
    OptionSpec.Builder versionOption = OptionSpec.builder("-V", "--version").versionHelp(true);
    spec.addOption(versionOption.description("Print version information and exit.").build());
    spec.parser().collectErrors(true); // execute() chooses one of them.
    String version = Program.class.getPackage().getImplementationVersion(); // from the jar
    spec.version(spec.name() + " " + (version == null ? "(not packaged)" : version));
    int status = commandLine.execute(args);
    try {
      console.streams.output().write(help.toString().getBytes());
      return status;
    } catch (IOException e) {
      return report(e, console);
    }
  }

  private static int execute(ParseResult parsed) {
    if (!parsed.isUsageHelpRequested() && !parsed.isVersionHelpRequested()) {
      CommandLine command = parsed.commandSpec().commandLine();
      // An unknown option is often the cause of other errors: its value is taken for a parameter.
      for (String argument : parsed.unmatched()) {
        if (argument.startsWith("-")) {
          throw new UnmatchedArgumentException(command, List.of(argument));
        }
      }
      if (!parsed.errors().isEmpty()) {
        throw (ParameterException) parsed.errors().get(0);
      }
    }
    return new RunLast().execute(parsed);
  }

  private static int explain(ParameterException e, Console console) {
    String why = e.getMessage();
    if (e.getCause() instanceof TypeConversionException) {
      ArgSpec arg = e.getArgSpec();
      String name = arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
      why = "invalid " + name + ": " + e.getCause().getMessage();
    }
    console.say(why);
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    console.print(new Help(spec, Help.defaultColorScheme(Ansi.OFF)).fullSynopsis());
    console.print(String.format("Try '%s --help' for its options.%n", spec.name()));
    return ExitCode.USAGE;
  }

  private static int report(Exception e, Console console) {
    if (e instanceof IOException) {
      console.say(Describe.reason(e));
    } else {
      e.printStackTrace(console.streams.err()); // It is a bug.
    }
    return ExitCode.SOFTWARE;
  }
}

package bench;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import sockets.Describe;

/** Measures EchoServer of the packaged jar beside the other echo servers that the machine has. */
@Command(
    name = "Benchmark",
    mixinStandardHelpOptions = true,
    description = "Measure EchoServer beside other echo servers of this machine.",
    footerHeading = "%nExample, in the project's directory, after mvn package:%n",
    footer = "  java -cp target/blocking-sockets.jar:target/test-classes bench.Benchmark")
final class Benchmark implements Callable<Integer> {
  private static final Path DIRECTORY = Path.of("target", "bench");

  /** What a server or this program needs descriptors for besides clients, and more. */
  private static final int SPARE_DESCRIPTORS = 100;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Measure everything N times and take medians (default 5).")
  private int rounds = 5;

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      description = "How long each measurement takes, at least (default 1).")
  private double seconds = 1;

  @Option(
      names = "--servers",
      paramLabel = "NAME",
      split = ",",
      description = "Only these of gcc, java, python3, socat, ncat (default all).")
  private List<String> servers = Contender.PROGRAMS;

  @Option(
      names = "--jdk",
      paramLabel = "DIRECTORY",
      description = "Measure EchoServer on this JDK too; may be given again.")
  private List<Path> jdks = List.of();

  @Option(
      names = "--quick",
      description = {
        "One round of 0.1 s, nothing warm, no more than 1,000 clients: shows that all works,",
        "not how fast."
      })
  private boolean quick;

  private final List<RunningServer> running = new CopyOnWriteArrayList<>();
  private final Progress progress = new Progress();
  private final Results results = new Results();

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Benchmark())
            .setExecutionExceptionHandler((e, commandLine, parsed) -> say(Describe.reason(e)))
            .execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (quick) {
      rounds = 1;
      seconds = 0.1;
    } else if (rounds < 1 || !(seconds > 0)) {
      throw new IOException("--rounds is 1 or more, --seconds more than 0");
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    Files.createDirectories(DIRECTORY);
    for (Contender contender : Contender.all(jdks)) {
      if (servers.contains(contender.program())) {
        add(contender);
      }
    }
    if (running.isEmpty()) {
      throw new IOException("no server to measure; --servers are " + Contender.PROGRAMS);
    }
    List<Workload> workloads =
        Workload.ALL.stream()
            .filter(workload -> !quick || workload.clients() <= 1_000)
            .filter(Benchmark::isPossible)
            .toList();
    measure(workloads);
    progress.end();
    print(
        new Markdown(results, running.stream().map(RunningServer::contender).toList(), workloads));
    return results.failures().isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private Duration time() {
    return Duration.ofMillis(Math.round(seconds * 1000));
  }

  private void add(Contender contender) throws InterruptedException {
    if (!Contender.isInstalled(contender.program())) {
      say(contender.title() + " is left out: " + contender.program() + " is not installed");
      return;
    }
    try {
      RunningServer server = new RunningServer(contender, DIRECTORY);
      running.add(server);
      if (!server.awaitListening()) {
        server.close();
        running.remove(server);
        say(contender.title() + " does not listen, see " + server.log());
      }
    } catch (IOException e) {
      say(Describe.reason(e));
    }
  }

  private static boolean isPossible(Workload workload) {
    boolean possible =
        !(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)
            || workload.clients() + SPARE_DESCRIPTORS <= system.getMaxFileDescriptorCount();
    if (!possible) {
      say("left out, as `ulimit -n` is too low: " + workload);
    }
    return possible;
  }

  /**
   * Server by server, round by round: when the machine gets slower, it does so for all. A round
   * before the first does not count: in it all get warm.
   */
  private void measure(List<Workload> workloads) throws InterruptedException {
    int first = quick ? 1 : 0;
    progress.begin((rounds + 1 - first) * workloads.size() * running.size(), time());
    for (int round = first; round <= rounds; round++) {
      for (Workload workload : workloads) {
        for (RunningServer server : running) {
          progress.next(server.contender().title() + ": " + workload);
          if (server.contender().takes(workload)) {
            measure(workload, server, round > 0);
          }
        }
      }
    }
  }

  private void measure(Workload workload, RunningServer server, boolean counts)
      throws InterruptedException {
    Contender contender = server.contender();
    if (results.hasFailed(contender, workload)) {
      return;
    }
    try {
      double figure = Load.measure(workload, server.port(), time());
      if (counts) {
        results.add(contender, workload, figure);
      }
      server.awaitIdle();
    } catch (IOException e) {
      results.fail(contender, workload, Describe.reason(e));
    }
  }

  private void print(Markdown markdown) {
    System.out.println(markdown.table());
    System.out.println(markdown.chart());
    System.out.printf(
        "Medians of %s of %s, %s; in brackets: ratio to the first server; -: no figure.%n",
        Describe.count(rounds, "round"),
        Describe.seconds(time()),
        Describe.count(Runtime.getRuntime().availableProcessors(), "processor"));
    results.failures().forEach(failure -> System.out.println("Failed: " + failure));
  }

  /** However this program ends, by Ctrl-C for example. */
  private void end() {
    progress.end();
    running.forEach(RunningServer::close);
  }

  private static int say(String text) {
    System.err.println("Benchmark: " + text);
    return ExitCode.SOFTWARE;
  }
}

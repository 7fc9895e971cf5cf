package bench;

import bench.Workload.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures EchoServer of the packaged jar beside other echo servers. A program, not a test. */
@Command(
    name = "Benchmark",
    mixinStandardHelpOptions = true,
    description = "Measure EchoServer beside other echo servers of this machine.",
    footerHeading = "%nExample, in the project's directory, after mvn package:%n",
    footer = "  java -cp target/blocking-sockets.jar:target/test-classes bench.Benchmark")
final class Benchmark implements Callable<Integer> {
  /** What a measurement takes besides, roughly. */
  private static final double OVERHEAD_SECONDS = 0.2;

  @Option(names = "--rounds", description = "Measure everything N times, take medians (default 5).")
  private int rounds = 5;

  @Option(
      names = "--seconds",
      description = "How long each measurement keeps clients busy (default 1).")
  private double seconds = 1;

  @Option(names = "--jdk", description = "Measure EchoServer on this JDK too; may be given again.")
  private List<Path> jdks = new ArrayList<>();

  private final Results results = new Results();
  private int status;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Benchmark()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("bench");
    // However this program ends, by Ctrl-C for example.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(directory)));
    jdks.add(0, Path.of(System.getProperty("java.home")));
    List<RunningServer> servers = new ArrayList<>();
    for (Contender contender : Contender.all(jdks, directory)) {
      try {
        RunningServer.build(contender);
        servers.add(new RunningServer(contender));
      } catch (IOException e) {
        System.err.println("left out: " + e);
      }
    }
    measure(servers);
    List<Contender> contenders = servers.stream().map(server -> server.contender).toList();
    System.out.println(results.table("medians of " + rounds + " rounds", contenders));
    System.out.println(results.chart(contenders));
    return status;
  }

  private static void end(Path directory) {
    System.err.close(); // What fails from here on fails as its server has gone.
    RunningServer.endAll();
    try (var files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      // Some of it stays: it is in the system's directory for what may be removed.
    }
  }

  /**
   * Server by server, round by round: when the machine gets slower, it does so for all. A round
   * before the first does not count: in it all get warm.
   */
  private void measure(List<RunningServer> servers) throws InterruptedException {
    int measurements = (rounds + 1) * Workload.ALL.size() * servers.size();
    double minutes = measurements * (seconds + OVERHEAD_SECONDS) / 60;
    System.err.printf("the whole run takes about %.1f minutes%n", minutes);
    for (int round = 0; round <= rounds; round++) {
      System.err.println(round == 0 ? "getting warm" : "round " + round + " of " + rounds);
      for (Workload workload : Workload.ALL) {
        for (RunningServer server : servers) {
          if (workload.clients() <= server.contender.mostClients()) {
            measure(workload, server, round > 0);
          }
        }
      }
    }
  }

  private void measure(Workload workload, RunningServer server, boolean counts)
      throws InterruptedException {
    try {
      double figure = figure(workload, server);
      if (counts) {
        results.add(server.contender, workload, figure);
      }
    } catch (IOException e) {
      System.err.println(server.contender.title() + " failed: " + workload + ": " + e);
      status = CommandLine.ExitCode.SOFTWARE;
    }
  }

  private double figure(Workload workload, RunningServer server)
      throws IOException, InterruptedException {
    Kind kind = workload.kind();
    if (kind != Kind.FIRST_ECHO && kind != Kind.MEMORY) {
      try (Load load = new Load(workload, server.address)) {
        return load.measure(seconds) / (kind == Kind.STREAM ? 1e6 : 1);
      } finally {
        server.awaitIdle();
      }
    }
    try (RunningServer fresh = new RunningServer(server.contender);
        Load load = new Load(workload, fresh.address)) {
      if (kind == Kind.FIRST_ECHO) {
        return fresh.firstEchoMillis;
      }
      double before = fresh.residentKib();
      load.connectAll();
      return (fresh.residentKib() - before) / workload.clients();
    }
  }
}

package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import testkit.Child;

/**
 * An echo server that can be measured.
 *
 * @param title the head of its column
 * @param program what has to be installed
 * @param mostClients how many it is given at a time
 * @param command its command line; {@code PORT} stands for the port
 */
record Contender(String title, String program, int mostClients, List<String> command) {
  /** In the order of the columns; ratios are to the first of those that are measured. */
  static final List<String> PROGRAMS = List.of("gcc", "java", "python3", "socat", "ncat");

  /** EchoServer on this JDK and on others, and its peers. */
  static List<Contender> all(List<Path> otherJdks) throws IOException {
    List<Contender> all = new ArrayList<>();
    String program = "target/bench/echo";
    String compile = "gcc -O2 -pthread -o " + program + " src/test/bench/echo.c";
    all.add(peer("C", "gcc", Integer.MAX_VALUE, compile + " && exec " + program + " PORT"));
    all.add(echoServer(Path.of(System.getProperty("java.home"))));
    for (Path jdk : otherJdks) {
      all.add(echoServer(jdk));
    }
    // Every 5 ms each thread that waits for the interpreter wakes up: 10,000 do little else.
    all.add(peer("Python", "python3", 1_000, "exec python3 src/test/bench/echo.py PORT"));
    // For these two a client is two processes.
    String listen = "TCP-LISTEN:PORT,bind=127.0.0.1,fork,reuseaddr,nodelay,backlog=128";
    all.add(peer("socat", "socat", 100, "exec socat " + listen + " EXEC:/bin/cat"));
    all.add(peer("ncat", "ncat", 100, "exec ncat -l -k -m 1000 -e /bin/cat 127.0.0.1 PORT"));
    return all;
  }

  private static Contender peer(String title, String program, int mostClients, String script) {
    return new Contender(title, program, mostClients, List.of("sh", "-c", script));
  }

  private static Contender echoServer(Path jdk) throws IOException {
    Properties release = new Properties();
    try (var reader = Files.newBufferedReader(jdk.resolve("release"))) {
      release.load(reader);
    }
    String version = release.getProperty("JAVA_VERSION", "?").replaceAll("\"|\\..*", "");
    List<String> command = Child.java(List.of(), "EchoServer", "-q", "PORT");
    command.set(0, jdk.resolve("bin/java").toString());
    return new Contender("EchoServer (Java " + version + ")", "java", Integer.MAX_VALUE, command);
  }

  static boolean isInstalled(String program) {
    return program.equals("java")
        || Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /** Is it to be given this workload? */
  boolean takes(Workload workload) {
    return workload.clients() <= mostClients;
  }
}

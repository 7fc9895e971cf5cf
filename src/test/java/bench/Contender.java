package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An echo server that can be measured.
 *
 * @param title the head of its column
 * @param mostClients how many it is given at a time
 * @param build a shell command that makes it; fails where something is not installed
 * @param run a shell command that runs it on {@code $PORT}
 */
record Contender(String title, int mostClients, String build, String run) {
  /** In the order of the columns; ratios are to the first of those that are measured. */
  static List<Contender> all(List<Path> jdks, Path made) throws IOException {
    List<Contender> all = new ArrayList<>();
    String gcc = "gcc -O2 -pthread -o " + made + "/echo-c src/test/bench/echo.c";
    all.add(new Contender("C", 10_000, gcc, made + "/echo-c $PORT"));
    for (Path jdk : jdks) {
      all.add(echoServer(jdk));
    }
    String env = "GOCACHE=" + made + "/go GOTOOLCHAIN=local CGO_ENABLED=0";
    String go = env + " go build -o " + made + "/echo-go src/test/bench/echo.go";
    all.add(new Contender("Go", 10_000, go, made + "/echo-go $PORT"));
    // What is called python3 may be a script that looks for Python, which takes a while.
    String find = "path=$(python3 -c 'import sys; print(sys.executable)')";
    String python = made + "/python";
    // Every 5 ms each thread that waits for the interpreter wakes up: 10,000 do little else.
    String script = " src/test/bench/echo.py $PORT";
    all.add(new Contender("Python", 1_000, find + " && ln -s $path " + python, python + script));
    // For these two a client is two processes; they say much about clients that leave.
    String socat = "socat TCP-LISTEN:$PORT,bind=127.0.0.1,fork,nodelay,backlog=128 EXEC:/bin/cat";
    all.add(new Contender("socat", 100, "command -v socat", socat + " 2> /dev/null"));
    String ncat = "ncat -l -k -m 1000 -e /bin/cat 127.0.0.1 $PORT";
    all.add(new Contender("ncat", 100, "command -v ncat", ncat + " 2> /dev/null"));
    return all;
  }

  private static Contender echoServer(Path jdk) throws IOException {
    String release = Files.readString(jdk.resolve("release"));
    String version = release.replaceFirst("(?s).*JAVA_VERSION=\"(\\d+).*", "$1");
    String jar = "target/blocking-sockets.jar";
    String run = jdk + "/bin/java -cp " + jar + " EchoServer -q --bind=127.0.0.1 $PORT";
    return new Contender("EchoServer (Java " + version + ")", 10_000, "true", run);
  }
}

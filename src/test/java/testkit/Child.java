package testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of the packaged jar in a JVM of its own, started as a user starts it. */
public final class Child implements AutoCloseable {
  public final Capture out = new Capture();
  public final Capture err = new Capture();

  private final Process process;
  private final Thread drainOut;
  private final Thread drainErr;

  private Child(List<String> command) {
    try {
      process = new ProcessBuilder(command).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    drainOut = out.drain(process.getInputStream());
    drainErr = err.drain(process.getErrorStream());
  }

  /** Runs {@code java -cp JAR} with the arguments: the name of a program and its own. */
  public static Child of(String... arguments) {
    return withJvm(List.of(), arguments);
  }

  /** The same with options for the JVM, {@code -Xmx32m} for example. */
  public static Child withJvm(List<String> jvmOptions, String... arguments) {
    return new Child(java(jvmOptions, arguments));
  }

  /**
   * Runs a shell script in which {@code "$@"} is the command line of {@link #of}: for limits,
   * redirections and pipes.
   */
  public static Child inShell(String script, List<String> jvmOptions, String... arguments) {
    Watch.assumeLinuxWith("bash");
    List<String> command = new ArrayList<>(List.of("bash", "-c", script, "bash"));
    command.addAll(java(jvmOptions, arguments));
    return new Child(command);
  }

  /**
   * Runs {@link #of} on a pseudo-terminal of its own, with script(1): standard output and error are
   * one screen, here {@link #out}, which shows what is typed too. Ends with the program's status.
   */
  public static Child onTerminal(String... arguments) {
    return onTerminalOfShell("exec PROGRAM", arguments);
  }

  /** Runs a shell script there in which PROGRAM is the command line of {@link #of}. */
  public static Child onTerminalOfShell(String script, String... arguments) {
    Watch.assumeLinuxWith("stty");
    String program = String.join(" ", java(List.of(), arguments));
    return command("script", "-qefc", script.replace("PROGRAM", program), "/dev/null");
  }

  /** Runs a program of the jar whose standard error is a FIFO, in the directory, that is full. */
  public static Child stuck(Path directory, List<String> jvmOptions, String... arguments) {
    Watch.assumeLinuxWith("mkfifo", "dd");
    // Opening it for both ends never waits (fifo(7)), and the program keeps it open.
    String script =
        "mkfifo FIFO; exec 9<>FIFO; dd if=/dev/zero of=FIFO oflag=nonblock bs=65536 2>/dev/null;"
            + " exec \"$@\" 2>FIFO";
    return inShell(script.replace("FIFO", directory + "/fifo"), jvmOptions, arguments);
  }

  /** Makes that FIFO move: all that the program wrote to it, and will. */
  public static Capture read(Path directory) throws IOException {
    InputStream from = Files.newInputStream(directory.resolve("fifo"));
    from.readNBytes(65536); // what filled it
    Capture err = new Capture();
    err.drain(from);
    return err;
  }

  /** Runs any other program; where it is not installed the test is skipped. */
  public static Child command(String... command) {
    List<String> words = new ArrayList<>(List.of(command));
    words.set(0, Watch.assumeInstalled(command[0]).toString());
    return new Child(words);
  }

  /** The command line of a program of the jar. */
  public static List<String> java(List<String> jvmOptions, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1"); // In such short runs the second compiler only costs.
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(System.getProperty("jar", "target/blocking-sockets.jar"));
    command.addAll(List.of(arguments));
    if (listens(List.of(arguments))) {
      command.add("--bind=127.0.0.1");
    }
    return command;
  }

  /** Nobody outside is to reach a server of a test, unless the test says where it listens. */
  private static boolean listens(List<String> arguments) {
    return (arguments.contains("EchoServer") || arguments.contains("server"))
        && arguments.stream().noneMatch(word -> word.startsWith("--bind"));
  }

  /** Waits for a server's notice, and returns the real port that it names. */
  public int port() {
    return err.awaitPort();
  }

  /** Types: the bytes are in the program's standard input when this returns. */
  public Child type(String text) {
    return type(text.getBytes(StandardCharsets.UTF_8));
  }

  public Child type(byte[] bytes) {
    try {
      OutputStream in = process.getOutputStream();
      in.write(bytes);
      in.flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the program's standard input. */
  public Child endInput() {
    try {
      process.getOutputStream().close();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the end; all output is there when this returns. */
  public int exitStatus() {
    try {
      if (!process.waitFor(Capture.DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("still running; standard error so far:\n" + err.text());
      }
      drainOut.join();
      drainErr.join();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for the child to end", e);
    }
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** Sends a signal by its name, {@code TERM} or {@code INT}. */
  public void signal(String name) {
    try (Child kill = command("kill", "-" + name, "" + pid())) {
      kill.exitStatus();
    }
  }

  /** Kills what still runs, and removes what jcmd leaves behind of a JVM that is killed. */
  @Override
  public void close() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    try {
      for (ProcessHandle each : all) {
        each.destroyForcibly();
        each.onExit().get(Capture.DEADLINE_SECONDS, TimeUnit.SECONDS);
        Files.deleteIfExists(Path.of("/tmp/.java_pid" + each.pid()));
      }
    } catch (Exception e) {
      throw new AssertionError("a child of this test can't be ended", e);
    }
  }
}

package testkit;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A program of the packaged jar in a JVM of its own, started as a user starts it. */
public final class Child implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("listening on \\S*:(\\d+)");

  public final Capture out = new Capture();
  public final Capture err = new Capture();

  private final Process process;
  private final Thread drainOut;
  private final Thread drainErr;

  private Child(ProcessBuilder builder) {
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    drainOut = out.drain(process.getInputStream());
    drainErr = err.drain(process.getErrorStream());
  }

  /** Runs {@code java -cp JAR} with the arguments: the name of a program and its own. */
  public static Child of(String... arguments) {
    return new Child(new ProcessBuilder(java(List.of(), arguments)));
  }

  /** The same with options for the JVM, {@code -Xmx32m} for example. */
  public static Child withJvm(List<String> jvmOptions, String... arguments) {
    return new Child(new ProcessBuilder(java(jvmOptions, arguments)));
  }

  /**
   * Runs a shell script in which {@code "$@"} is the command line of {@link #of}: for limits,
   * redirections and pipes.
   */
  public static Child inShell(String script, List<String> jvmOptions, String... arguments) {
    List<String> command = new ArrayList<>(List.of("bash", "-c", script, "bash"));
    command.addAll(java(jvmOptions, arguments));
    return new Child(new ProcessBuilder(command));
  }

  /**
   * Runs {@link #of} on a pseudo-terminal of its own, with script(1): standard output and error are
   * one screen, here {@link #out}, which shows what is typed too. Ends with the program's status.
   */
  public static Child onTerminal(String... arguments) {
    assumeInstalled("script");
    String script = "exec script -qefc \"$(printf '%q ' \"$@\")\" /dev/null";
    return inShell(script, List.of(), arguments);
  }

  /** Runs any other program; where it is not installed the test is skipped. */
  public static Child command(String... command) {
    assumeInstalled(command[0]);
    return new Child(new ProcessBuilder(command));
  }

  private static void assumeInstalled(String program) {
    Assumptions.assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory).resolve(program))),
        program + " is not installed");
  }

  /** The command line of a program of the jar. */
  public static List<String> java(List<String> jvmOptions, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(System.getProperty("jar", "target/blocking-sockets.jar"));
    command.addAll(Arrays.asList(arguments));
    if (listens(arguments)) {
      command.add("--bind=127.0.0.1");
    }
    return command;
  }

  /** Nobody outside is to reach a server of a test, unless the test says where it listens. */
  private static boolean listens(String... arguments) {
    List<String> words = List.of(arguments);
    return (words.contains("EchoServer") || words.contains("server"))
        && words.stream().noneMatch(word -> word.startsWith("--bind"));
  }

  /** Waits for a server's notice, and returns the real port that it names. */
  public int port() {
    Matcher matcher =
        LISTENING.matcher(err.await("the port", text -> LISTENING.matcher(text).find()));
    matcher.find();
    return Integer.parseInt(matcher.group(1));
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
    try {
      new ProcessBuilder("kill", "-" + name, String.valueOf(pid())).inheritIO().start().waitFor();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("cannot send a signal", e);
    }
  }

  /** Kills what still runs. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}

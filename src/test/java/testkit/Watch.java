package testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** What Linux tells about another process, and waiting for it to change. */
public final class Watch {
  private Watch() {}

  /** Skips the test where a condition is false, and says why, which Maven does not. */
  public static void assume(boolean condition, String otherwise) {
    if (!condition) {
      System.out.println("A test is skipped: " + otherwise);
    }
    Assumptions.assumeTrue(condition, otherwise);
  }

  /** Skips the test where there is no /proc as Linux has it, or one of these programs is not. */
  public static void assumeLinuxWith(String... programs) {
    assume(Files.exists(Path.of("/proc/self/fd")), "this is not Linux");
    List.of(programs).forEach(Watch::assumeInstalled);
  }

  /** Finds a program; skips the test where it is not installed. */
  static Path assumeInstalled(String program) {
    String directories = System.getenv("PATH") + ":/usr/sbin"; // not in every user's PATH
    Optional<Path> path =
        Stream.of(directories.split(":"))
            .map(directory -> Path.of(directory).resolve(program))
            .filter(Files::isExecutable)
            .findFirst();
    assume(path.isPresent(), program + " is not installed");
    return path.get();
  }

  /** A shell has its background jobs ignore SIGINT, and nohup has SIGHUP: proc(5), SigIgn. */
  public static void assumeInterruptible() {
    String ignored = read("/proc/self/status").split("SigIgn:\\s*")[1].split("\n")[0];
    boolean ignores = (Long.parseUnsignedLong(ignored, 16) & 0b11) != 0;
    assume(!ignores, "SIGINT or SIGHUP is ignored here");
  }

  /** Waits for what nothing announces, by looking again and again; fails at the deadline. */
  public static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Capture.DEADLINE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain for: " + what);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /** How many descriptors a process has open. */
  public static int descriptors(long pid) {
    return Path.of("/proc/" + pid + "/fd").toFile().list().length;
  }

  /** A number of proc_pid_status(5): how many, or how many KiB. */
  public static int status(long pid, String field) {
    String status = read("/proc/" + pid + "/status");
    Matcher matcher = Pattern.compile("(?m)^" + field + ":\\s+(\\d+)").matcher(status);
    matcher.find();
    return Integer.parseInt(matcher.group(1));
  }

  public static Duration cpuTime(long pid) {
    return ProcessHandle.of(pid).flatMap(process -> process.info().totalCpuDuration()).get();
  }

  static String read(String file) {
    try {
      return Files.readString(Path.of(file), US_ASCII);
    } catch (IOException e) {
      return ""; // The process has ended, or the system has no IPv6.
    }
  }
}

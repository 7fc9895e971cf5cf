package testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** What Linux tells about another process, and waiting for it to change. */
public final class Watch {
  private Watch() {}

  /** Skips the test where there is no /proc as Linux has it, or one of these programs is not. */
  public static void assumeLinuxWith(String... programs) {
    Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/fd")), "needs Linux");
    for (String program : programs) {
      Assumptions.assumeTrue(isInstalled(program), "needs " + program);
    }
  }

  /** A shell has its background jobs, and so what they start, ignore SIGINT: proc(5), SigIgn. */
  public static void assumeInterruptible() {
    String ignored = read("/proc/self/status").split("SigIgn:\\s*")[1].split("\n")[0];
    boolean ignoresInt = (Long.parseUnsignedLong(ignored, 16) & 1 << 1) != 0;
    Assumptions.assumeFalse(ignoresInt, "SIGINT is ignored here");
  }

  private static boolean isInstalled(String program) {
    for (String directory : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(directory, program))) {
        return true;
      }
    }
    return false;
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

  public static int threads(long pid) {
    return status(pid, "Threads");
  }

  public static int residentMegabytes(long pid) {
    return status(pid, "VmRSS") >> 10;
  }

  private static int status(long pid, String field) {
    String status = read("/proc/" + pid + "/status");
    Matcher matcher = Pattern.compile("(?m)^" + field + ":\\s+(\\d+)").matcher(status);
    matcher.find();
    return Integer.parseInt(matcher.group(1));
  }

  public static Duration cpuTime(long pid) {
    return ProcessHandle.of(pid).flatMap(process -> process.info().totalCpuDuration()).get();
  }

  /** Whether the system still keeps anything of a connection, at its end with the local port. */
  public static boolean systemKnows(int localPort, int remotePort) {
    String entry = String.format(": [0-9A-F]+:%04X [0-9A-F]+:%04X ", localPort, remotePort);
    String connections = read("/proc/net/tcp") + read("/proc/net/tcp6");
    return Pattern.compile(entry).matcher(connections).find();
  }

  /** Runs a tool of the JDK, jcmd for example, and returns what it prints. */
  public static String jdkTool(String tool, Object... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = Path.of(System.getProperty("java.home"), "bin", tool).toString();
    for (int i = 0; i < arguments.length; i++) {
      command[i + 1] = arguments[i].toString();
    }
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return new String(process.getInputStream().readAllBytes(), US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file), US_ASCII);
    } catch (IOException e) {
      return ""; // The process has ended, or the system has no IPv6.
    }
  }
}

package bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A contender as a child process. */
final class RunningServer implements Closeable {
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int POLL_MILLIS = 50;

  private final Contender contender;
  private final Path log;
  private final int port;
  private final Process process;

  /** Launches the server, which has the system choose a port for it. */
  RunningServer(Contender contender, Path directory) throws IOException {
    this.contender = contender;
    log = directory.resolve(contender.title() + ".log");
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    List<String> command = new ArrayList<>();
    if (Contender.isInstalled("setsid")) {
      // As in a terminal of its own: Linux shares the processors out among sessions first, then
      // among the threads of each (autogroup, sched(7)).
      command.add("setsid");
    }
    contender.command().forEach(word -> command.add(word.replace("PORT", "" + port)));
    process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  Contender contender() {
    return contender;
  }

  int port() {
    return port;
  }

  /** What the server says. */
  Path log() {
    return log;
  }

  /** Waits until clients can connect; false if the server has ended, or takes too long. */
  boolean awaitListening() throws IOException, InterruptedException {
    long end = System.nanoTime() + DEADLINE_NANOS;
    while (System.nanoTime() < end && !process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      try {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        return true;
      } catch (ConnectException e) {
        // Not yet.
      }
    }
    return false;
  }

  /** Waits until the server has dealt with the end of its clients, which must not cost the next. */
  void awaitIdle() throws InterruptedException {
    long end = System.nanoTime() + DEADLINE_NANOS;
    Duration before;
    Duration now = processorTime();
    do {
      before = now;
      Thread.sleep(POLL_MILLIS);
      now = processorTime();
    } while (!now.equals(before) && System.nanoTime() < end);
  }

  private Duration processorTime() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .map(handle -> handle.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** Kills the server and the processes that it has started. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}

package bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A contender as a child process. */
final class RunningServer implements Closeable {
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int POLL_MILLIS = 50;

  private final Contender contender;
  private final Path log;
  private Process process;
  private int port;
  private boolean closed;

  RunningServer(Contender contender, Path directory) {
    this.contender = contender;
    this.log = directory.resolve(contender.title() + ".log");
  }

  Contender contender() {
    return contender;
  }

  int port() {
    return port;
  }

  /** Starts the server, instead of the one before if there is one, and waits until it listens. */
  void start() throws IOException, InterruptedException {
    launch();
    long end = System.nanoTime() + DEADLINE_NANOS;
    while (System.nanoTime() < end && !process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      try {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        return;
      } catch (ConnectException e) {
        // Not yet.
      }
    }
    checkOpen();
    throw new IOException(contender.title() + " does not listen, see " + log);
  }

  private synchronized void launch() throws IOException, InterruptedException {
    checkOpen();
    kill();
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    List<String> command =
        contender.command().stream().map(word -> word.replace("PORT", "" + port)).toList();
    process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  private synchronized void checkOpen() throws InterruptedException {
    if (closed) {
      throw new InterruptedException("stopped");
    }
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

  private void kill() {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** Kills the server and the processes that it has started; it can't be started again. */
  @Override
  public synchronized void close() {
    closed = true;
    kill();
  }
}

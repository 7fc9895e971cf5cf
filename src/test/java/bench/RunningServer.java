package bench;

import java.io.Closeable;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** A contender as a child process, which has served its first client. */
final class RunningServer implements Closeable {
  private static final int PATIENCE_MILLIS = 30_000;

  private static boolean ended;

  final Contender contender;
  final InetSocketAddress address;

  /** From the start of its process until its first client had its byte back. */
  final double firstEchoMillis;

  private final Process process;

  /** Starts the server on a port that is free. */
  RunningServer(Contender contender) throws IOException, InterruptedException {
    this.contender = contender;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = (InetSocketAddress) free.getLocalSocketAddress();
    }
    long start = System.nanoTime();
    // In a session of its own, as in a terminal of its own: Linux shares the processors out among
    // sessions first, then among the threads of each (autogroup, sched(7)).
    process = shell("exec $(command -v setsid) " + contender.run(), address.getPort());
    awaitEcho();
    firstEchoMillis = (System.nanoTime() - start) / 1e6;
  }

  static void build(Contender contender) throws IOException, InterruptedException {
    if (shell(contender.build(), 0).waitFor() != 0) {
      throw new IOException(contender.title() + ", as this fails: " + contender.build());
    }
  }

  private static synchronized Process shell(String script, int port) throws IOException {
    if (ended) {
      throw new IOException("the benchmark ends");
    }
    ProcessBuilder shell = new ProcessBuilder("sh", "-c", script);
    shell.environment().put("PORT", String.valueOf(port));
    return shell.redirectOutput(Redirect.DISCARD).redirectError(Redirect.INHERIT).start();
  }

  /** Kills all servers; none is started any more. */
  static synchronized void endAll() {
    ended = true;
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
  }

  private void awaitEcho() throws IOException, InterruptedException {
    for (int i = 0; i < PATIENCE_MILLIS && process.isAlive(); i++) {
      try (Socket client = new Socket()) {
        client.connect(address, PATIENCE_MILLIS);
        client.setSoTimeout(PATIENCE_MILLIS);
        client.getOutputStream().write('1');
        boolean itself = client.getLocalPort() == address.getPort(); // RFC 9293, section 3.5
        if (client.getInputStream().read() == '1' && !itself) {
          return;
        }
      } catch (ConnectException e) {
        Thread.sleep(1);
      }
    }
    throw new IOException(contender.title() + " does not listen");
  }

  /** Waits until the server has dealt with all that its clients did: it must not cost the next. */
  void awaitIdle() throws InterruptedException {
    Duration before = null;
    Duration now = processorTime();
    for (int i = 0; i < PATIENCE_MILLIS / 50 && !now.equals(before); i++) {
      Thread.sleep(50);
      before = now;
      now = processorTime();
    }
  }

  private Duration processorTime() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .map(handle -> handle.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** How much memory the idle server has (VmRSS, proc_pid_status(5)). */
  double residentKib() throws IOException, InterruptedException {
    awaitIdle();
    String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
    return Double.parseDouble(status.replaceFirst("(?s).*VmRSS:\\s*(\\d+) kB.*", "$1"));
  }

  /** Kills the server and the processes that it has started. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
  }
}

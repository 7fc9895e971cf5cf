package testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.function.Executable;

/**
 * A peer made of a raw socket, that sends and resets as a test wants. Every wait has a deadline.
 */
public final class Peer implements Closeable {
  private static final int DEADLINE_MILLIS =
      (int) TimeUnit.SECONDS.toMillis(Capture.DEADLINE_SECONDS);

  /** Far from where another JVM with tests begins. */
  private static int nextPort = (int) (ProcessHandle.current().pid() * 97 % 20_000);

  public final Socket socket;

  public Peer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(DEADLINE_MILLIS);
    socket.setTcpNoDelay(true);
  }

  /** Connects to a server on this machine. */
  public static Peer connect(int port) throws IOException {
    return connect(new Socket(), port);
  }

  /** The system takes little for this one while it does not receive. */
  public static Peer withSmallBuffers(int port) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(1 << 13);
    socket.setSendBufferSize(1 << 13);
    return connect(socket, port);
  }

  private static Peer connect(Socket socket, int port) throws IOException {
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), DEADLINE_MILLIS);
    return new Peer(socket);
  }

  /** Listens on the loopback address, on a port of the system's choice. */
  public static ServerSocket listen() throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    server.setSoTimeout(DEADLINE_MILLIS);
    return server;
  }

  /** The port of such a server, for a command line. */
  public static String port(ServerSocket server) {
    return String.valueOf(server.getLocalPort());
  }

  /** A server that does not accept, and whose queue is so full that Linux takes nobody more. */
  public static ServerSocket fullQueue() throws IOException {
    Watch.assumeLinuxWith(); // Elsewhere a full queue refuses.
    ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    for (int i = 0; i < 10; i++) {
      try {
        new Socket().connect(server.getLocalSocketAddress(), 500);
      } catch (SocketTimeoutException e) {
        return server;
      }
    }
    throw new AssertionError("ten connections fit in a queue for one");
  }

  /**
   * A free port, for programs that can't tell which one the system chose: one of those below 32768,
   * which Linux gives to nobody who does not ask for it (ip_local_port_range, ip(7)).
   */
  public static synchronized int freePort() {
    while (true) {
      nextPort = 10_000 + (nextPort + 1) % 20_000;
      try {
        new ServerSocket(nextPort, 1, InetAddress.getLoopbackAddress()).close();
        return nextPort;
      } catch (IOException e) {
        // It is not free.
      }
    }
  }

  /** Connects to a server that can't tell when it listens. */
  public static Peer connectWhenReady(int port) {
    Peer[] connected = {null};
    Watch.until(
        "a server on port " + port,
        () -> {
          try {
            connected[0] = connect(port);
            return true;
          } catch (IOException e) {
            return false;
          }
        });
    return connected[0];
  }

  /** Accepts the next client of such a server. */
  public static Peer accept(ServerSocket server) throws IOException {
    return new Peer(server.accept());
  }

  /** How a server names this peer. */
  public String name() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  public Peer send(String text) throws IOException {
    return send(text.getBytes(UTF_8));
  }

  public Peer send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** Sends, in a thread of its own, as much as is taken until the connection ends. */
  public Thread flood() {
    byte[] data = "x".repeat(1 << 16).getBytes(UTF_8);
    return inThread(
        () -> {
          while (true) {
            send(data);
          }
        });
  }

  /** Sends and receives, in two threads, as fast as it can until the connection ends. */
  public Peer stream() {
    flood();
    inThread(() -> socket.getInputStream().transferTo(OutputStream.nullOutputStream()));
    return this;
  }

  private static Thread inThread(Executable task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.execute();
              } catch (Throwable e) {
                // The connection has ended.
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Receives exactly so many bytes, or fewer if the stream ends before. */
  public byte[] receive(int count) throws IOException {
    return socket.getInputStream().readNBytes(count);
  }

  /** Receives up to and with the next LF. */
  public String receiveLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b = 0;
    while (b != '\n' && (b = socket.getInputStream().read()) >= 0) {
      line.write(b);
    }
    return line.toString(UTF_8);
  }

  /** Receives until the peer ends the stream. */
  public byte[] receiveAll() throws IOException {
    return socket.getInputStream().readAllBytes();
  }

  public Peer halfClose() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Closes with a reset (RST) instead of an end of stream. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

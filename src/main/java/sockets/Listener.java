package sockets;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Listens, and accepts one connection at a time. */
public final class Listener implements Closeable {
  private final ServerSocket socket;
  private final Consumer<String> warnings;
  private long nextWarning = System.nanoTime();

  Listener(ServerSocket socket, Consumer<String> warnings) {
    this.socket = socket;
    this.warnings = warnings;
  }

  /**
   * Binds to a port, 0 for any that is free, at the first address of the name where that succeeds.
   * From here on the kernel completes the handshakes of new clients and queues them.
   */
  public static Listener listen(
      BlockingCalls calls, String bind, int port, Consumer<String> warnings) throws IOException {
    String why = "";
    for (InetAddress address : Connector.resolve(bind)) {
      ServerSocket socket = calls.serverSocket();
      try {
        // As deep a backlog as Linux allows by default (net.core.somaxconn, listen(2)).
        socket.bind(new InetSocketAddress(address, port), 4096);
        return new Listener(socket, warnings);
      } catch (IOException e) {
        socket.close();
        why = Describe.reason(e);
      }
    }
    throw new IOException("cannot listen on " + Describe.hostAndPort(bind, port) + ": " + why);
  }

  /** {@return the local address and the real port} */
  public String address() {
    return Describe.address((InetSocketAddress) socket.getLocalSocketAddress());
  }

  /**
   * Waits for the next client, and returns its connection; or null when this listener is closed.
   * When accept(2) fails, as it does without free descriptors, it is tried again after a pause.
   */
  public Connection accept() {
    for (long millis = 5; ; millis = Math.min(2 * millis, 1000)) {
      try {
        Socket client = socket.accept();
        return new Connection(client, client, Describe.address(client));
      } catch (IOException e) {
        if (socket.isClosed()) {
          return null;
        }
        if (System.nanoTime() - nextWarning >= 0) {
          warnings.accept("cannot accept: " + Describe.reason(e) + ": new clients wait");
          nextWarning = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
      }
    }
  }

  /** Stops listening: {@link #accept} returns null. Connections are not affected. */
  @Override
  public void close() {
    Connection.quietly(socket);
  }
}

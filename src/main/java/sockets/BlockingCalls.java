package sockets;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.LocalTime;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Makes calls that block, and sockets for them. With a trace they narrate: a line when a call is
 * entered, and another when it returns, with the time of day, the thread, what the call brought and
 * how long it was blocked. The names are those of the system calls, recv(2) and so on.
 *
 * @param trace gets each line, in the thread that makes the call; null for calls that are silent
 */
public record BlockingCalls(Consumer<String> trace) {
  /** A call that blocks. */
  public interface Call {
    /**
     * {@return what it brought, in words}
     *
     * @throws IOException if it fails
     */
    String run() throws IOException;
  }

  /**
   * Makes a blocking call.
   *
   * @param name its name, for a trace
   * @param call the call
   * @throws IOException if the call fails
   */
  public void call(String name, Call call) throws IOException {
    if (trace == null) {
      call.run();
      return;
    }
    narrate(name + " ...");
    long entered = System.nanoTime();
    String result = null;
    try {
      result = call.run();
    } catch (IOException e) {
      result = Describe.reason(e);
      throw e;
    } finally {
      double seconds = (System.nanoTime() - entered) / 1e9;
      narrate(String.format(Locale.ROOT, "%s = %s after %.3f s", name, result, seconds));
    }
  }

  private void narrate(String text) {
    String thread = Thread.currentThread().getName();
    trace.accept(String.format(Locale.ROOT, "%tT.%<tL %-9s %s", LocalTime.now(), thread, text));
  }

  ServerSocket serverSocket() throws IOException {
    return trace == null
        ? new ServerSocket()
        : new ServerSocket() {
          @Override
          public Socket accept() throws IOException {
            Socket socket = socket();
            call(
                "accept()",
                () -> {
                  implAccept(socket);
                  return Describe.address(socket);
                });
            return socket;
          }
        };
  }

  Socket socket() {
    return trace == null ? new Socket() : new TracedSocket();
  }

  private final class TracedSocket extends Socket {
    @Override
    public void connect(SocketAddress address, int timeout) throws IOException {
      call(
          "connect(" + Describe.address((InetSocketAddress) address) + ")",
          () -> {
            super.connect(address, timeout);
            return "ok";
          });
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
          int[] count = new int[1];
          call(
              "recv()",
              () -> {
                count[0] = in.read(buffer, offset, length);
                return count[0] < 0 ? "end of stream" : Describe.count(count[0], "byte");
              });
          return count[0];
        }
      };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
          call(
              "send(" + Describe.count(length, "byte") + ")",
              () -> {
                out.write(buffer, offset, length);
                return "ok";
              });
        }
      };
    }
  }
}

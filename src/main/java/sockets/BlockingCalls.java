package sockets;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.LocalTime;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Makes calls that block, and sockets for them. Unless the trace is null, it gets a line when a
 * call is entered, and another when it returns, with the time of day, the thread, what the call
 * brought and how long it was blocked. The names are those of the system calls, recv(2) and so on.
 */
public record BlockingCalls(Consumer<String> trace) {
  /** A call that blocks. */
  public interface Call<T> {
    /** {@return what the call brought} */
    T run() throws IOException;
  }

  /** Makes a call and returns its result, which the function puts into words for the trace. */
  public <T> T call(String name, Call<T> call, Function<T, String> words) throws IOException {
    if (trace == null) {
      return call.run();
    }
    narrate(name + " ...");
    long entered = System.nanoTime();
    try {
      T brought = call.run();
      narrate(name + " = " + words.apply(brought) + after(entered));
      return brought;
    } catch (IOException e) {
      narrate(name + " = " + Describe.reason(e) + after(entered));
      throw e;
    }
  }

  /** Makes a call whose result is itself the words for the trace. */
  public void call(String name, Call<String> call) throws IOException {
    call(name, call, words -> words);
  }

  private static String after(long entered) {
    return String.format(Locale.ROOT, " after %.3f s", (System.nanoTime() - entered) / 1e9);
  }

  private void narrate(String text) {
    String thread = Thread.currentThread().getName();
    trace.accept(String.format(Locale.ROOT, "%tT.%<tL %-9s %s", LocalTime.now(), thread, text));
  }

  /** Makes the JDK open now what it needs to close sockets: later, descriptors may have run out. */
  private static void openDescriptors() throws IOException {
    try {
      new ServerSocket(0, 1, InetAddress.getLoopbackAddress()).close();
    } catch (IOException | LinkageError e) {
      throw new IOException("cannot open a socket: Too many open files", e);
    }
  }

  ServerSocket serverSocket() throws IOException {
    openDescriptors();
    return trace == null
        ? new ServerSocket()
        : new ServerSocket() {
          @Override
          public Socket accept() throws IOException {
            Socket socket = new TracedSocket();
            Call<Socket> accept =
                () -> {
                  implAccept(socket);
                  return socket;
                };
            return call("accept()", accept, Describe::address);
          }
        };
  }

  Socket socket() throws IOException {
    openDescriptors();
    return trace == null ? new Socket() : new TracedSocket();
  }

  private final class TracedSocket extends Socket {
    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
          return call(
              "recv()",
              () -> in.read(buffer, offset, length),
              count -> count < 0 ? "end of stream" : Describe.count(count, "byte"));
        }
      };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
          Call<String> send =
              () -> {
                out.write(buffer, offset, length);
                return "ok";
              };
          call("send(" + Describe.count(length, "byte") + ")", send);
        }
      };
    }
  }
}

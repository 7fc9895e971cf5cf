package sockets;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Narrates blocking calls: a line as a call is entered, and another as it returns, with the time of
 * day, the thread, what the call brought and how long it was blocked. The names are those of the
 * system calls, recv(2) and so on.
 */
public final class TracedCalls extends BlockingCalls {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

  private final Consumer<String> lines;

  /**
   * Narrates to a consumer.
   *
   * @param lines gets each line, in the thread that makes the call
   */
  public TracedCalls(Consumer<String> lines) {
    this.lines = lines;
  }

  @Override
  public Socket socket() {
    return new TracedSocket();
  }

  @Override
  public ServerSocket serverSocket() throws IOException {
    return new ServerSocket() {
      @Override
      public Socket accept() throws IOException {
        Narration call = new Narration("accept()");
        try {
          Socket socket = new TracedSocket();
          implAccept(socket);
          call.returns(Describe.address((InetSocketAddress) socket.getRemoteSocketAddress()));
          return socket;
        } catch (IOException e) {
          throw call.fails(e);
        }
      }
    };
  }

  /**
   * {@inheritDoc}
   *
   * <p>The line is what counts as one call, although its bytes are read one by one.
   */
  @Override
  public InputStream keyboard(InputStream in) {
    return new InputStream() {
      private Narration call;
      private int count;

      @Override
      public int read() throws IOException {
        if (call == null) {
          call = new Narration("read(keyboard)");
          count = 0;
        }
        try {
          int b = in.read();
          count += b < 0 ? 0 : 1;
          if (b < 0 || b == '\n') {
            call.returns(count == 0 ? "end of input" : Describe.count(count, "byte"));
            call = null;
          }
          return b;
        } catch (IOException e) {
          throw call.fails(e);
        }
      }
    };
  }

  /** One call, from its entry on. */
  private final class Narration {
    private final String call;
    private final long entered;

    Narration(String call) {
      this.call = call;
      say(call + " ...");
      entered = System.nanoTime();
    }

    void returns(String result) {
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - entered);
      say(call + " = " + result + " after " + BigDecimal.valueOf(millis, 3) + " s");
    }

    IOException fails(IOException e) {
      returns(Describe.reason(e));
      return e;
    }

    private void say(String text) {
      String thread = Thread.currentThread().getName();
      lines.accept(
          String.format(Locale.ROOT, "%s %-9s %s", TIME.format(LocalTime.now()), thread, text));
    }
  }

  private final class TracedSocket extends Socket {
    @Override
    public void connect(SocketAddress address, int timeout) throws IOException {
      Narration call =
          new Narration("connect(" + Describe.address((InetSocketAddress) address) + ")");
      try {
        super.connect(address, timeout);
        call.returns("ok");
      } catch (IOException e) {
        throw call.fails(e);
      }
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
          Narration call = new Narration("recv()");
          try {
            int count = super.read(buffer, offset, length);
            call.returns(count < 0 ? "end of stream" : Describe.count(count, "byte"));
            return count;
          } catch (IOException e) {
            throw call.fails(e);
          }
        }
      };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      OutputStream out = super.getOutputStream();
      return new OutputStream() {
        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
          Narration call = new Narration("send(" + Describe.count(length, "byte") + ")");
          try {
            out.write(buffer, offset, length);
            call.returns("ok");
          } catch (IOException e) {
            throw call.fails(e);
          }
        }

        @Override
        public void write(int b) throws IOException {
          write(new byte[] {(byte) b}, 0, 1);
        }
      };
    }
  }
}

package sockets;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * A socket whose peer keeps to a script: so that silences take no time and reads return exactly the
 * pieces of the script.
 */
final class ScriptedSocket extends Socket {
  /** In a script, a time in which nothing comes: longer than any timeout that is set. */
  static final byte[] SILENCE = {};

  private final Queue<byte[]> script = new ArrayDeque<>();
  private int timeout;

  ScriptedSocket(Iterable<byte[]> script) {
    script.forEach(this.script::add);
  }

  Connection connection() throws IOException {
    return new Connection(this, "peer");
  }

  @Override
  public void setTcpNoDelay(boolean on) {}

  @Override
  public void setSoTimeout(int millis) {
    timeout = millis;
  }

  @Override
  public InetSocketAddress getRemoteSocketAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
  }

  @Override
  public OutputStream getOutputStream() {
    return new ByteArrayOutputStream();
  }

  @Override
  public InputStream getInputStream() {
    return new InputStream() {
      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] buffer) throws IOException {
        byte[] piece = script.poll();
        while (piece == SILENCE && timeout == 0) {
          piece = script.poll();
        }
        if (piece == SILENCE) {
          throw new SocketTimeoutException("Read timed out");
        }
        if (piece == null) {
          return -1;
        }
        System.arraycopy(piece, 0, buffer, 0, piece.length);
        return piece.length;
      }
    };
  }
}

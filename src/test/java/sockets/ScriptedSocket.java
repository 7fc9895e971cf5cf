package sockets;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** A socket whose peer keeps to a script: silences take no time, and reads return its pieces. */
final class ScriptedSocket extends Socket {
  /** In a script, a time in which nothing comes: longer than any timeout that is set. */
  static final byte[] SILENCE = {};

  static final byte[] RESET = {};

  private final Queue<byte[]> script;
  private int timeout;

  ScriptedSocket(List<byte[]> script) {
    this.script = new ArrayDeque<>(script);
  }

  Connection connection() throws IOException {
    return new Connection(this, "peer");
  }

  @Override
  public void setSoTimeout(int millis) {
    timeout = millis;
  }

  @Override
  public OutputStream getOutputStream() {
    return OutputStream.nullOutputStream();
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
        } else if (piece == RESET || isClosed()) {
          throw new SocketException(isClosed() ? "Socket closed" : "Connection reset");
        } else if (piece == null) {
          return -1;
        }
        System.arraycopy(piece, 0, buffer, 0, piece.length);
        return piece.length;
      }
    };
  }
}

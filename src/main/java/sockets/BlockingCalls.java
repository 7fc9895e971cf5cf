package sockets;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;

/** Makes the objects whose methods block. {@link TracedCalls} makes ones that also say so. */
public class BlockingCalls {
  /** Makes ones that do not narrate. */
  public BlockingCalls() {}

  /**
   * A socket to connect.
   *
   * @return an unconnected socket
   */
  public Socket socket() {
    return new Socket();
  }

  /**
   * A socket to listen on.
   *
   * @return an unbound server socket
   * @throws IOException if the system has none to give
   */
  public ServerSocket serverSocket() throws IOException {
    return new ServerSocket();
  }

  /**
   * What the user types.
   *
   * @param in standard input
   * @return a stream of the same bytes
   */
  public InputStream keyboard(InputStream in) {
    return in;
  }
}

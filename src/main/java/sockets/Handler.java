package sockets;

import java.io.IOException;

/** What a server does for a client. */
public interface Handler {
  /**
   * Serves one connection, from its first byte to its last.
   *
   * @param connection an accepted connection, which the server closes afterwards
   * @throws IOException if it failed; the message becomes a warning
   */
  void handle(Connection connection) throws IOException;
}

package sockets;

import java.io.IOException;

/** An established connection has failed, or was closed from this side while it was in use. */
public final class ConnectionException extends IOException {
  private static final long serialVersionUID = 1;

  ConnectionException(String message, Throwable cause) {
    super(message, cause);
  }
}

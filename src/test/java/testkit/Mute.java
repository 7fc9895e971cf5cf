package testkit;

import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Programs that can't tell anything, as their standard error is closed, or stuck. */
public final class Mute {
  /** Opening a FIFO for both ends never waits (fifo(7)); the program keeps it open. */
  private static final String STUCK =
      "mkfifo \"$FIFO\"; exec 9<>\"$FIFO\"; "
          + "dd if=/dev/zero of=\"$FIFO\" oflag=nonblock bs=65536 2>/dev/null; "
          + "exec \"$@\" 2>\"$FIFO\"";

  private static final int FILLING = 1 << 16;

  private Mute() {}

  /** Runs a program of the jar whose standard error is a full FIFO. */
  public static Child stuck(Path fifo, List<String> jvmOptions, String... arguments) {
    Watch.assumeLinuxWith("mkfifo", "dd");
    return Child.inShell("FIFO='" + fifo + "'; " + STUCK, jvmOptions, arguments);
  }

  /** Makes that FIFO move: all that was written to it, and will be. */
  public static Capture read(Path fifo) throws IOException {
    FileInputStream from = new FileInputStream(fifo.toFile());
    new DataInputStream(from).readFully(new byte[FILLING]);
    Capture err = new Capture();
    err.drain(from);
    return err;
  }

  /** Connects to a server that can't tell when it listens. */
  public static Peer connect(int port) {
    Peer[] connected = new Peer[1];
    Watch.until(
        "a server on port " + port,
        () -> {
          try {
            connected[0] = Peer.connect(port);
            return true;
          } catch (IOException e) {
            return false;
          }
        });
    return connected[0];
  }
}

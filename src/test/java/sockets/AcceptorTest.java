package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class AcceptorTest {
  private final List<String> warnings = new ArrayList<>();
  private final Socket client = new Socket();
  @AutoClose private final Short listening = new Short();
  private final Acceptor acceptor = new Acceptor(listening, warnings::add);

  AcceptorTest() throws IOException {}

  /** Has no descriptor for a number of accepts. */
  private final class Short extends ServerSocket {
    private int left;
    private Runnable meanwhile = () -> {};

    Short() throws IOException {}

    @Override
    public Socket accept() throws IOException {
      if (left-- > 0) {
        meanwhile.run();
        throw new SocketException("Too many open files");
      }
      return client;
    }
  }

  @Test
  void aShortageIsSaidOnceAndTriesBecomeRare() {
    listening.left = 7;
    long start = System.nanoTime();
    assertSame(client, acceptor.accept());
    // 5 + 10 + 20 + 40 + 80 + 160 + 320 ms; without the doubling it were 35 ms.
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertTrue(millis >= 500, "7 tries in " + millis + " ms");
    listening.left = 1;
    assertSame(client, acceptor.accept());
    assertEquals(List.of("cannot accept: Too many open files: new clients wait"), warnings);
  }

  @Test
  void anInterruptEndsThePauseAndStaysKnown() {
    listening.left = 1;
    listening.meanwhile = Thread.currentThread()::interrupt;
    assertNull(acceptor.accept());
    assertTrue(Thread.interrupted());
  }

  @Test
  void closingEndsAShortage() {
    listening.left = Integer.MAX_VALUE;
    listening.meanwhile = acceptor::close;
    assertNull(acceptor.accept());
    assertTrue(acceptor.isClosed());
    assertEquals(List.of(), warnings);
  }
}

package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import testkit.Capture;

class AcceptorTest {
  private static final String SHORTAGE = "cannot accept: Too many open files: new clients wait";
  private static final String OVER = "accepting new clients again";

  private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());

  /** Does what it is told at each accept, and is closed when there is nothing more to do. */
  private static class Listening extends ServerSocket {
    final Queue<Callable<Socket>> script = new ArrayDeque<>();
    final List<Integer> timeouts = new ArrayList<>();

    Listening() throws IOException {}

    Listening then(Callable<Socket> action) {
      script.add(action);
      return this;
    }

    Listening fails(int times, String why) {
      for (int i = 0; i < times; i++) {
        then(
            () -> {
              throw new SocketException(why);
            });
      }
      return this;
    }

    Listening succeeds(int times) {
      for (int i = 0; i < times; i++) {
        then(Socket::new);
      }
      return this;
    }

    Listening timesOut() {
      return then(
          () -> {
            throw new SocketTimeoutException("Accept timed out");
          });
    }

    @Override
    public Socket accept() throws IOException {
      if (script.isEmpty()) {
        close();
        throw new SocketException("Socket closed");
      }
      try {
        return script.remove().call();
      } catch (IOException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void setSoTimeout(int millis) {
      timeouts.add(millis);
    }
  }

  /** Accepts until the listening socket is closed. */
  private int acceptAll(Acceptor acceptor) {
    int count = 0;
    while (acceptor.accept() != null) {
      count++;
    }
    return count;
  }

  @Test
  void whatIsAcceptedIsPassedOn() throws IOException {
    Socket client = new Socket();
    Acceptor acceptor = new Acceptor(new Listening().then(() -> client), warnings::add);
    assertSame(client, acceptor.accept());
    assertNull(acceptor.accept());
    assertEquals(List.of(), warnings);
  }

  @Test
  void aShortageIsSaidOnceAndAcceptingIsTriedAgain() throws IOException {
    Listening listening = new Listening().fails(4, "Too many open files").succeeds(1);
    Acceptor acceptor = new Acceptor(listening, warnings::add);
    assertEquals(1, acceptAll(acceptor));
    assertEquals(List.of(SHORTAGE), warnings);
  }

  @Test
  void itsEndIsSaidOnceWhenNobodyWaitsAnyMore() throws IOException {
    Listening listening =
        new Listening().fails(2, "Too many open files").succeeds(3).timesOut().succeeds(2);
    assertEquals(5, acceptAll(new Acceptor(listening, warnings::add)));
    assertEquals(List.of(SHORTAGE, OVER), warnings);
    assertEquals(List.of(1000, 0), listening.timeouts, "it waits for ever again in the end");
  }

  @Test
  void aClientThatGetsThroughInBetweenIsNotTheEnd() throws IOException {
    Listening listening =
        new Listening()
            .fails(1, "Too many open files")
            .succeeds(1)
            .fails(2, "Too many open files")
            .succeeds(1)
            .timesOut();
    assertEquals(2, acceptAll(new Acceptor(listening, warnings::add)));
    assertEquals(List.of(SHORTAGE, OVER), warnings);
  }

  @Test
  void aSecondShortageIsSaidAgain() throws IOException {
    Listening listening =
        new Listening()
            .fails(1, "Too many open files")
            .timesOut()
            .succeeds(1)
            .fails(1, "Too many open files")
            .timesOut();
    assertEquals(1, acceptAll(new Acceptor(listening, warnings::add)));
    assertEquals(List.of(SHORTAGE, OVER, SHORTAGE, OVER), warnings);
  }

  @Test
  void aShortageOfMemoryIsOneToo() throws IOException {
    Listening listening =
        new Listening()
            .then(
                () -> {
                  throw new OutOfMemoryError("Java heap space");
                })
            .succeeds(1);
    Acceptor acceptor = new Acceptor(listening, warnings::add);
    // In a thread of its own, as the error would end not only this test but all.
    assertEquals(1, CompletableFuture.supplyAsync(() -> acceptAll(acceptor)).join());
    assertEquals(List.of("cannot accept: Java heap space: new clients wait"), warnings);
  }

  @Test
  void triesBecomeRare() throws IOException {
    Listening listening = new Listening().fails(7, "Too many open files");
    long start = System.nanoTime();
    assertEquals(0, acceptAll(new Acceptor(listening, warnings::add)));
    // 5 + 10 + 20 + 40 + 80 + 160 + 320 ms; without the doubling it were 35 ms.
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertTrue(millis >= 500, "7 tries in " + millis + " ms");
  }

  @Test
  void aConnectionThatEndsEndsTheWait() throws IOException {
    Acceptor[] acceptor = new Acceptor[1];
    Listening listening =
        new Listening() {
          @Override
          public Socket accept() throws IOException {
            acceptor[0].retry();
            return super.accept();
          }
        };
    listening.fails(1000, "Too many open files").succeeds(1);
    acceptor[0] = new Acceptor(listening, warnings::add);
    // Were the waits not ended, this would last a quarter of an hour.
    assertEquals(1, acceptAll(acceptor[0]));
    assertEquals(List.of(SHORTAGE), warnings);
  }

  @Test
  void closingEndsTheWait() throws Exception {
    CountDownLatch waits = new CountDownLatch(1);
    Listening listening = new Listening().fails(3, "Too many open files");
    listening.then(
        () -> {
          waits.countDown();
          throw new SocketException("Too many open files");
        });
    listening.fails(1000, "Too many open files");
    Acceptor acceptor = new Acceptor(listening, warnings::add);
    FutureTask<Integer> accepting = new FutureTask<>(() -> acceptAll(acceptor));
    new Thread(accepting).start();
    waits.await();
    listening.close();
    assertEquals(0, accepting.get(Capture.DEADLINE_SECONDS, TimeUnit.SECONDS));
    assertEquals(List.of(SHORTAGE), warnings);
  }
}

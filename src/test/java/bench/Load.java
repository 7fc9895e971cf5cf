package bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Puts a workload on an echo server. One thread and a selector serve all clients, so that these
 * cost little, however many they are, and leave the processors to the server.
 */
final class Load implements Closeable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int CONNECTING = 8;

  private final Workload workload;
  private final InetSocketAddress server;
  private final Selector selector = Selector.open();
  private boolean measuring;
  private int opened;
  private int served;
  private long done;

  private Load(Workload workload, int port) throws IOException {
    this.workload = workload;
    this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /**
   * Measures.
   *
   * @return round trips per second, or bytes per second
   * @throws IOException if a client is not served, or gets a wrong byte
   */
  static double measure(Workload workload, int port, Duration time) throws IOException {
    try (Load load = new Load(workload, port)) {
      return load.measure(time);
    }
  }

  private double measure(Duration time) throws IOException {
    if (workload.kind() != Workload.Kind.CHURN) {
      connectAll();
    }
    measuring = true;
    long start = System.nanoTime();
    begin();
    long end = start + time.toNanos();
    run(PATIENCE.plus(time), () -> done >= workload.clients() && System.nanoTime() >= end);
    return done * 1e9 / (System.nanoTime() - start);
  }

  /** Connects the clients and has a message of each echoed; few wait at a time, as queues are. */
  private void connectAll() throws IOException {
    while (opened < workload.clients()) {
      Client client = connect();
      client.sendUpTo(workload.bytes());
      run(PATIENCE, () -> opened - served < CONNECTING);
    }
    run(PATIENCE, () -> served == opened);
  }

  private Client connect() throws IOException {
    Client client = new Client(opened++);
    try {
      client.channel.socket().connect(server, (int) PATIENCE.toMillis());
      client.channel.configureBlocking(false);
      client.channel.register(selector, SelectionKey.OP_READ, client);
      return client;
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }

  private void begin() throws IOException {
    switch (workload.kind()) {
      case PING_PONG -> {
        for (SelectionKey key : selector.keys()) {
          client(key).sendUpTo(2L * workload.bytes());
        }
      }
      case STREAM -> selector.keys().forEach(key -> key.interestOpsOr(SelectionKey.OP_WRITE));
      case CHURN -> {
        for (int i = 0; i < workload.clients(); i++) {
          connectNext();
        }
      }
    }
  }

  private void run(Duration patience, BooleanSupplier finished) throws IOException {
    long end = System.nanoTime() + patience.toNanos();
    while (!finished.getAsBoolean()) {
      if (System.nanoTime() >= end) {
        throw new SocketTimeoutException("not served in time with " + opened + " connected");
      }
      selector.select(100);
      for (SelectionKey key : selector.selectedKeys()) {
        step(key, client(key));
      }
      selector.selectedKeys().clear();
    }
  }

  private static Client client(SelectionKey key) {
    return (Client) key.attachment();
  }

  private void step(SelectionKey key, Client client) throws IOException {
    if (!measuring) {
      greet(client);
      return;
    }
    switch (workload.kind()) {
      case PING_PONG -> pingPong(client);
      case STREAM -> stream(key, client);
      case CHURN -> churn(key, client);
    }
  }

  private void greet(Client client) throws IOException {
    client.sendUpTo(workload.bytes());
    if (client.receive() > 0 && client.echoed() == workload.bytes()) {
      served++;
    }
  }

  private void pingPong(Client client) throws IOException {
    if (client.receive() > 0 && client.echoed() % workload.bytes() == 0) {
      done++;
    }
    client.sendUpTo((client.echoed() / workload.bytes() + 1) * workload.bytes());
  }

  private void stream(SelectionKey key, Client client) throws IOException {
    if (key.isReadable()) {
      done += client.receive();
    }
    if (key.isWritable()) {
      client.sendMore(workload.bytes());
    }
  }

  private void churn(SelectionKey key, Client client) throws IOException {
    if (key.isReadable()) {
      client.receive();
    } else {
      client.channel.finishConnect();
      key.interestOps(SelectionKey.OP_READ);
    }
    client.sendUpTo(workload.bytes());
    if (client.echoed() == workload.bytes()) {
      done++;
      client.close();
      connectNext();
    }
  }

  private void connectNext() throws IOException {
    Client client = new Client(opened++);
    client.channel.configureBlocking(false);
    boolean connected = client.channel.connect(server);
    int awaited = connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT;
    client.channel.register(selector, awaited, client);
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      client(key).close();
    }
    selector.close();
  }
}

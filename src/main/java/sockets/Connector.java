package sockets;

import java.io.File;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Connects to a host by name.
 *
 * @param calls where sockets come from
 * @param family which addresses of a name count: {@link InetAddress} for all, or one of its two
 *     subclasses
 * @param timeout how long to try each address, the TLS handshake included, counted in milliseconds;
 *     zero leaves it to the system
 * @param tls secures the connection; null for one that is not secured
 */
public record Connector(
    BlockingCalls calls, Class<? extends InetAddress> family, Duration timeout, Tls tls) {
  /**
   * {@return a connector like this that secures its connections}
   *
   * @param trusted holds the certificates to trust; null for the JVM's own
   * @throws IOException if there is no usable certificate
   */
  public Connector withTls(File trusted) throws IOException {
    return new Connector(calls, family, timeout, new Tls(trusted));
  }

  /**
   * Tries every address of the host in turn until one answers (RFC 1123, section 2.3).
   *
   * @param host a name or an address
   * @param port 1 to 65535
   * @return the connection to the first address that answered
   * @throws IOException if the name has no address, none answers, or the first that answers can't
   *     be trusted; the message names each address and its failure
   */
  public Connection connect(String host, int port) throws IOException {
    String peer = Describe.hostAndPort(host, port);
    List<String> failures = new ArrayList<>();
    List<InetAddress> addresses = new ArrayList<>(List.of(resolve(host)));
    addresses.removeIf(address -> !family.isInstance(address));
    if (addresses.isEmpty()) {
      String kind = family == Inet6Address.class ? "IPv6" : "IPv4";
      throw new IOException("cannot resolve " + host + ": it has no " + kind + " address");
    }
    for (InetAddress address : addresses) {
      long deadline = System.nanoTime() + timeout.toNanos();
      Socket socket = calls.socket();
      boolean answered = false;
      try {
        socket.connect(new InetSocketAddress(address, port), Math.toIntExact(timeout.toMillis()));
        if (socket.getLocalSocketAddress().equals(socket.getRemoteSocketAddress())) {
          // Nobody listens: a simultaneous open (RFC 9293, section 3.5) with ourselves.
          throw new IOException("Connection refused");
        }
        Connection.prepare(socket);
        if (tls != null) {
          answered = true;
          long left = timeout.isZero() ? Long.MAX_VALUE : deadline - System.nanoTime();
          socket = tls.secure(socket, host, calls, left);
        }
        return new Connection(socket, peer);
      } catch (IOException e) {
        socket.close();
        if (answered) {
          throw new IOException("cannot secure " + peer + ": " + reason(e), e);
        }
        String which = addresses.size() == 1 ? "" : " (" + Describe.address(address) + ")";
        failures.add(reason(e) + which);
      }
    }
    throw new IOException("cannot connect to " + peer + ": " + String.join("; ", failures));
  }

  static InetAddress[] resolve(String host) throws IOException {
    try {
      if (host.isEmpty()) { // Java would take it for the loopback address.
        throw new UnknownHostException();
      }
      return InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      // "No such name" or "no answer": getaddrinfo(3), which Java quotes behind the name.
      String why = Describe.reason(e).replace(host + ": ", "");
      if (!why.endsWith("failure in name resolution")) {
        why = "unknown host";
      }
      throw new IOException("cannot resolve " + (host.isEmpty() ? "''" : host) + ": " + why, e);
    }
  }

  private String reason(IOException e) {
    return e instanceof SocketTimeoutException
        ? "timed out after " + Describe.seconds(timeout)
        : Describe.reason(e);
  }
}

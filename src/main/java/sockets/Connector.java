package sockets;

import java.io.IOException;
import java.net.Inet4Address;
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
 * @param family the addresses to try: Inet4Address, Inet6Address or, for both, InetAddress
 * @param timeout how long to try each, the TLS handshake included; zero leaves it to the system
 * @param tls secures the connection; null for one that is not secured
 */
public record Connector(
    BlockingCalls calls, Class<? extends InetAddress> family, Duration timeout, Tls tls) {
  /**
   * Tries every address of the host in turn until one answers (RFC 1123, section 2.3). The failure
   * names the reason of each, or why the one that answered can't be trusted.
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
      boolean securing = false;
      if (address.isAnyLocalAddress()) { // What a server prints: it means this machine, as for nc.
        address = InetAddress.getByName(address instanceof Inet4Address ? "127.0.0.1" : "::1");
      }
      try {
        InetSocketAddress there = new InetSocketAddress(address, port);
        calls.call("connect(" + Describe.address(there) + ")", () -> dial(socket, there));
        if (socket.getLocalSocketAddress().equals(socket.getRemoteSocketAddress())) {
          // Nobody listens: a simultaneous open (RFC 9293, section 3.5) with ourselves.
          throw new IOException("Connection refused");
        }
        securing = tls != null;
        long left = timeout.isZero() ? Long.MAX_VALUE : deadline - System.nanoTime();
        return tls == null
            ? new Connection(socket, socket, peer)
            : tls.secure(socket, host, peer, calls, left);
      } catch (IOException e) {
        socket.close();
        if (securing) {
          throw new IOException("cannot secure " + peer + ": " + reason(e), e);
        }
        String which = addresses.size() == 1 ? "" : " (" + Describe.address(address) + ")";
        failures.add(reason(e) + which);
      }
    }
    throw new IOException("cannot connect to " + peer + ": " + String.join("; ", failures));
  }

  private String dial(Socket socket, InetSocketAddress address) throws IOException {
    socket.connect(address, Math.toIntExact(timeout.toMillis()));
    return "ok";
  }

  static InetAddress[] resolve(String host) throws IOException {
    if (host.isBlank()) { // Java would take '' for the loopback address.
      throw new IOException("cannot resolve '" + host + "': unknown host");
    }
    try {
      return InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      // Java says "HOST: " and getaddrinfo(3)'s words; those for a missing name differ by system.
      String why = Describe.reason(e).replace(host + ": ", "");
      if (!why.endsWith("failure in name resolution")) {
        why = "unknown host";
      }
      throw new IOException("cannot resolve " + host + ": " + why, e);
    }
  }

  private String reason(IOException e) {
    return e instanceof SocketTimeoutException
        ? "timed out after " + Describe.seconds(timeout)
        : Describe.reason(e);
  }
}

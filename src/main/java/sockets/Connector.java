package sockets;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Connects to a host by name.
 *
 * @param calls where sockets come from
 * @param family which addresses of a name count: {@link InetAddress} for all, or one of its two
 *     subclasses
 * @param timeout how long to try each address, counted in milliseconds; zero leaves it to the
 *     system
 */
public record Connector(
    BlockingCalls calls, Class<? extends InetAddress> family, Duration timeout) {
  /**
   * Tries every address of the host in turn until one answers (RFC 1123, section 2.3).
   *
   * @param host a name or an address
   * @param port 1 to 65535
   * @return the connection to the first address that answered
   * @throws IOException if the name has no address, or none of them answers; the message says which
   *     failed how
   */
  public Connection connect(String host, int port) throws IOException {
    Map<String, List<String>> failures = new LinkedHashMap<>();
    for (InetAddress address : ofFamily(host)) {
      Socket socket = calls.socket();
      try {
        socket.connect(new InetSocketAddress(address, port), Math.toIntExact(timeout.toMillis()));
        return new Connection(socket, Describe.hostAndPort(host, port));
      } catch (IOException e) {
        socket.close();
        failures.computeIfAbsent(reason(e), r -> new ArrayList<>()).add(Describe.address(address));
      }
    }
    throw new IOException(
        "cannot connect to " + Describe.hostAndPort(host, port) + ": " + summary(failures));
  }

  /** All addresses of a host. */
  static InetAddress[] resolve(String host) throws IOException {
    try {
      if (host.isEmpty()) { // which Java takes for the loopback address
        throw new UnknownHostException();
      }
      return InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      String name = host.isEmpty() ? "''" : host;
      throw new IOException("cannot resolve " + name + ": unknown host", e);
    }
  }

  private List<InetAddress> ofFamily(String host) throws IOException {
    List<InetAddress> addresses = new ArrayList<>();
    for (InetAddress address : resolve(host)) {
      if (family.isInstance(address)) {
        addresses.add(address);
      }
    }
    if (addresses.isEmpty()) {
      String kind = family == Inet6Address.class ? "IPv6" : "IPv4";
      throw new IOException("cannot resolve " + host + ": it has no " + kind + " address");
    }
    return addresses;
  }

  private String reason(IOException e) {
    return e instanceof SocketTimeoutException
        ? "timed out after " + Describe.seconds(timeout)
        : Describe.reason(e);
  }

  /** The reason alone for one address; with several, the addresses that each reason applies to. */
  private static String summary(Map<String, List<String>> failures) {
    if (failures.size() == 1 && failures.values().iterator().next().size() == 1) {
      return failures.keySet().iterator().next();
    }
    List<String> parts = new ArrayList<>();
    failures.forEach((why, where) -> parts.add(why + " (" + String.join(", ", where) + ")"));
    return String.join("; ", parts);
  }
}

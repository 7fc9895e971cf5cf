package sockets;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** How addresses, times and reasons are written in what a user reads. */
public final class Describe {
  /** An IPv6 address has its first run of zeros shortened: {@code ::1} (RFC 4291, section 2.2). */
  static String address(InetAddress address) {
    return address.getHostAddress().replaceFirst("(^|:)0(:0)+(:|(?=%)|$)", "::");
  }

  static String address(InetSocketAddress address) {
    return hostAndPort(address(address.getAddress()), address.getPort());
  }

  static String address(Socket socket) {
    return address((InetSocketAddress) socket.getRemoteSocketAddress());
  }

  /** The host as the user wrote it, an IPv6 address in brackets (RFC 3986, section 3.2.2). */
  static String hostAndPort(String host, int port) {
    boolean bare = host.indexOf(':') >= 0 && !host.startsWith("[");
    return (bare ? "[" + host + "]" : host) + ":" + port;
  }

  /** A length of time down to the millisecond: {@code 2 s}, {@code 0.25 s}. */
  static String seconds(Duration time) {
    return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
  }

  /** {@return a number of things, like {@code 1 byte} or {@code 7 bytes}} */
  public static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  /** {@return why something failed, in the system's words, or the name of its class} */
  public static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }
}

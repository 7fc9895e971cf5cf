package sockets;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** How addresses, times and reasons are written in what a user reads. */
public final class Describe {
  private Describe() {}

  /**
   * An address without its port; IPv6 with its longest run of zeros shortened (RFC 5952).
   *
   * @param address the address
   * @return for example {@code 127.0.0.1} or {@code ::1}
   */
  public static String address(InetAddress address) {
    String text = address.getHostAddress();
    if (text.indexOf(':') < 0) {
      return text;
    }
    for (int zeros = 8; zeros >= 2; zeros--) {
      String shorter = text.replaceFirst("(^|:)0(:0){" + (zeros - 1) + "}(:|(?=%)|$)", "::");
      if (!shorter.equals(text)) {
        return shorter;
      }
    }
    return text;
  }

  /**
   * An address with its port.
   *
   * @param address a resolved address
   * @return for example {@code 127.0.0.1:7000} or {@code [::1]:7000}
   */
  public static String address(InetSocketAddress address) {
    return hostAndPort(address(address.getAddress()), address.getPort());
  }

  /**
   * A host as the user wrote it, with its port.
   *
   * @param host a name or an address
   * @param port a port
   * @return {@code host:port}, an IPv6 address in brackets (RFC 3986, section 3.2.2)
   */
  public static String hostAndPort(String host, int port) {
    boolean bare = host.indexOf(':') >= 0 && !host.startsWith("[");
    return (bare ? "[" + host + "]" : host) + ":" + port;
  }

  /**
   * A length of time in seconds.
   *
   * @param time the time, shown down to the millisecond
   * @return for example {@code 2 s} or {@code 0.25 s}
   */
  public static String seconds(Duration time) {
    return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
  }

  /**
   * A number of things.
   *
   * @param number how many
   * @param thing what one of them is called
   * @return for example {@code 1 byte} or {@code 7 bytes}
   */
  public static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  /**
   * Why something failed, in the system's words.
   *
   * @param failure what was thrown
   * @return its message, or the name of its class where it has none
   */
  public static String reason(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}

package cli;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.function.Supplier;
import sockets.BlockingCalls;
import sockets.Connector;

/** How to connect: the options of the programs that do. */
public final class ConnectOptions {
  private final Supplier<Duration> timeout;
  private final Supplier<Boolean> ipv4;
  private final Supplier<Boolean> ipv6;

  /**
   * Declares them.
   *
   * @param options those of a program that connects
   */
  public ConnectOptions(Options options) {
    timeout =
        options.seconds(
            "10",
            "Give up on an address after so long (default 10; 0: when the system does).",
            "-w",
            "--connect-timeout");
    ipv4 = options.flag("Use IPv4 addresses only.", "-4");
    ipv6 = options.flag("Use IPv6 addresses only.", "-6");
  }

  /**
   * What the options ask for.
   *
   * @param calls where sockets come from
   * @return a connector
   */
  public Connector connector(BlockingCalls calls) {
    Class<? extends InetAddress> family = InetAddress.class;
    if (ipv4.get() != ipv6.get()) {
      family = ipv4.get() ? Inet4Address.class : Inet6Address.class;
    }
    return new Connector(calls, family, timeout.get());
  }
}

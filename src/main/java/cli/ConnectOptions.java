package cli;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import picocli.CommandLine.Option;
import sockets.BlockingCalls;
import sockets.Connector;

/** How to connect: the options of the programs that do. */
public final class ConnectOptions {
  @Option(
      names = {"-w", "--connect-timeout"},
      paramLabel = "SECONDS",
      defaultValue = "10",
      converter = Seconds.class,
      description = "Give up on an address after so long (default 10; 0: when the system does).")
  private Duration timeout;

  @Option(names = "-4", description = "Use IPv4 addresses only.")
  private boolean ipv4;

  @Option(names = "-6", description = "Use IPv6 addresses only.")
  private boolean ipv6;

  /** Filled in by picocli. */
  public ConnectOptions() {}

  /**
   * What the options ask for.
   *
   * @param calls where sockets come from
   * @return a connector
   */
  public Connector connector(BlockingCalls calls) {
    Class<? extends InetAddress> family =
        ipv4 == ipv6 ? InetAddress.class : ipv4 ? Inet4Address.class : Inet6Address.class;
    return new Connector(calls, family, timeout);
  }
}

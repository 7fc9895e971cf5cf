package cli;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import sockets.Connector;

/** How to connect: the options of the programs that do. */
public final class ConnectOptions {
  @Option(
      names = {"-w", "--connect-timeout"},
      paramLabel = "SECONDS",
      description =
          "Give up on an address after SECONDS, the TLS handshake included (default 10; 0: when the"
              + " system does).")
  private Duration timeout = Duration.ofSeconds(10);

  @Option(names = "-4", description = "Use IPv4 addresses only.")
  private boolean ipv4;

  @Option(names = "-6", description = "Use IPv6 addresses only.")
  private boolean ipv6;

  /** Every option has its default. */
  public ConnectOptions() {}

  /**
   * Makes what connects as the options ask for.
   *
   * @param console where sockets come from
   * @param port the port to connect to
   * @return a connector
   * @throws ParameterException if the port is 0
   */
  public Connector connector(Console console, int port) {
    if (port == 0) {
      throw console.usageError("invalid PORT: " + Port.refusal("0"));
    }
    Class<? extends InetAddress> family = InetAddress.class;
    if (ipv4 != ipv6) {
      family = ipv4 ? Inet4Address.class : Inet6Address.class;
    }
    return new Connector(console.calls(), family, timeout, null);
  }
}

package cli;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import picocli.CommandLine.Option;
import sockets.Connector;

/** The options of the programs that connect. */
public final class ConnectOptions {
  @Option(
      names = {"-w", "--connect-timeout"},
      paramLabel = "SECONDS",
      description = "Give up on an address after SECONDS (default 10; 0: when the system does).")
  private Duration timeout = Duration.ofSeconds(10);

  private Class<? extends InetAddress> family = InetAddress.class;

  ConnectOptions() {}

  @Option(names = "-4", description = "Use IPv4 addresses only.")
  private void useIpv4(boolean given) {
    family = Inet4Address.class;
  }

  @Option(names = "-6", description = "Use IPv6 addresses only.")
  private void useIpv6(boolean given) {
    family = Inet6Address.class;
  }

  /**
   * {@return a connector with these options}
   *
   * @param console where sockets come from
   * @param port the port to connect to; 0 is a usage error
   */
  public Connector connector(Console console, int port) {
    if (port == 0) {
      throw console.usageError("invalid PORT: " + Port.refusal("0"));
    }
    return new Connector(console.calls(), family, timeout, null); // without TLS
  }
}

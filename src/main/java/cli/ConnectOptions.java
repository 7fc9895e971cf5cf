package cli;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import picocli.CommandLine.Option;
import sockets.Connection;
import sockets.Connector;
import sockets.Tls;

/** Commands that connect extend this: it has their options, and connects with them. */
public abstract class ConnectOptions {
  @Option(
      names = {"-w", "--connect-timeout"},
      paramLabel = "SECONDS",
      description = "Give up on an address after SECONDS (default 10; 0: when the system does).")
  private Duration timeout = Duration.ofSeconds(10);

  private Class<? extends InetAddress> family = InetAddress.class;

  @Option(names = "-4", description = "Use IPv4 addresses only.")
  private void useIpv4(boolean given) {
    family = Inet4Address.class;
  }

  @Option(names = "-6", description = "Use IPv6 addresses only.")
  private void useIpv6(boolean given) {
    family = Inet6Address.class;
  }

  /** Connects with these options, and with TLS unless that is null. Port 0 is a usage error. */
  protected Connection connect(String host, int port, Tls tls, Console console) throws IOException {
    if (port == 0) {
      throw console.usageError("invalid PORT: " + Port.refusal("0"));
    }
    if (family == Inet4Address.class) {
      // Then Java does not ask for IPv6 addresses too: some name servers never answer that.
      System.setProperty("java.net.preferIPv4Stack", "true");
    }
    return new Connector(console.calls(), family, timeout, tls).connect(host, port);
  }
}

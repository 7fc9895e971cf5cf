package cli;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sockets.BlockingCalls;
import sockets.Connection;
import sockets.Connector;
import sockets.Tls;

/** How to connect: the options of the programs that do. */
public final class ConnectOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec program;

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
   * Connects as the options ask for.
   *
   * @param calls where sockets come from
   * @param tls secures the connection; null for one that is not secured
   * @param host a name or an address
   * @param port 1 to 65535
   * @return the connection
   * @throws IOException if the name has no address, or none of them answers
   */
  public Connection connect(BlockingCalls calls, Tls tls, String host, int port)
      throws IOException {
    if (port == 0) {
      throw new ParameterException(program.commandLine(), "invalid PORT: " + Port.refusal("0"));
    }
    Class<? extends InetAddress> family = InetAddress.class;
    if (ipv4 != ipv6) {
      family = ipv4 ? Inet4Address.class : Inet6Address.class;
    }
    return new Connector(calls, family, timeout, tls).connect(host, port);
  }
}

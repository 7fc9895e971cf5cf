package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescribeTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1",
    "0:0:0:0:0:0:0:0, ::",
    "0:0:0:0:0:0:0:1, ::1",
    "1:0:0:0:0:0:0:0, 1::",
    "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
    "2001:0DB8:0000:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:0:0:1:0:0:0:1, 2001::1:0:0:0:1", // the first run
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1", // one zero is no run
    "fe80:0:0:0:0:0:0:0%1, fe80::%1",
    "::ffff:1.2.3.4, 1.2.3.4",
  })
  void anIpv6AddressIsShortened(String address, String expected) throws Exception {
    assertEquals(expected, Describe.address(InetAddress.getByName(address)));
  }

  @Test
  void aPortFollowsAColonAndIpv6IsInBrackets() throws UnknownHostException {
    InetAddress ipv4 = InetAddress.getByName("127.0.0.1");
    InetAddress ipv6 = InetAddress.getByName("::1");
    assertEquals("127.0.0.1:7000", Describe.address(new InetSocketAddress(ipv4, 7000)));
    assertEquals("[::1]:7000", Describe.address(new InetSocketAddress(ipv6, 7000)));
    assertEquals("localhost:80", Describe.hostAndPort("localhost", 80));
    assertEquals("[::1]:80", Describe.hostAndPort("::1", 80));
    assertEquals("[::1]:80", Describe.hostAndPort("[::1]", 80));
  }

  @Test
  void aTimeIsInSeconds() {
    assertEquals("0.25 s", Describe.seconds(Duration.ofMillis(250)));
    assertEquals("10 s", Describe.seconds(Duration.ofMillis(10_000)));
    assertEquals("61.5 s", Describe.seconds(Duration.ofMillis(61_500)));
  }

  @Test
  void oneThingIsSingular() {
    assertEquals("1 byte", Describe.count(1, "byte"));
    assertEquals("5000000000 bytes", Describe.count(5_000_000_000L, "byte"));
  }

  @Test
  void aReasonIsTheMessageOrElseTheName() {
    assertEquals("Connection reset", Describe.reason(new IOException("Connection reset")));
    assertEquals("IOException", Describe.reason(new IOException()));
  }
}

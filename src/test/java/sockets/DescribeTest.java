package sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The other descriptions are in what the tests of those who use them expect. */
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
}

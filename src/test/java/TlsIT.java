import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import testkit.Child;

/** DumbNet --tls and the TLS servers that others have written. */
class TlsIT {
  private static final Path CERTIFICATES = Path.of("src/test/resources").toAbsolutePath();

  /** {@code openssl s_server}; with -rev, it sends every line back in reverse. */
  private static Child server(String options) {
    String line = "openssl s_server -key DIR/key.pem -cert DIR/good.pem " + options;
    return Child.command(line.replace("DIR", "" + CERTIFICATES).split(" "));
  }

  private static int portOf(Child openssl) {
    return openssl.out.awaitNumber("ACCEPT \\S*:(\\d+)");
  }

  private static Child dumbNet(String options, String host, int port) {
    String line = "DumbNet --tls --cacert=" + CERTIFICATES + "/good.pem " + options;
    return Child.of((line + " " + host + " " + port).split(" "));
  }

  /** By the name in SNI openssl chooses a certificate; its other one has expired. */
  @ParameterizedTest
  @CsvSource({
    "localhost, -tls1_3 -rev -accept 127.0.0.1:0 -cert DIR/past.pem -servername localhost"
        + " -key2 DIR/key.pem -cert2 DIR/good.pem",
    "127.0.0.1, -tls1_2 -rev -accept 127.0.0.1:0",
    "::1, -tls1_3 -rev -accept [::1]:0"
  })
  void opensslAnswersAndIsCutShort(String host, String options) {
    try (Child server = server(options);
        Child child = dumbNet("-t", host, portOf(server))) {
      child.type("hello\n");
      child.out.await("olleh\n");
      server.signal("KILL");
      assertEquals(1, child.exitStatus());
      String cut = " ended the stream without ending TLS: the answer may be cut short\n";
      assertTrue(child.err.text().endsWith(portOf(server) + cut), child.err.text());
      String protocol = options.substring(1, 7).replace("tls1_", "TLSv1.");
      String trace =
          "(?s).* connect.* = ok .* handshake\\(\\) [.]{3}\n"
              + "\\S+ main +send.* recv.* handshake\\(\\) = "
              + protocol
              + " TLS_.* read\\(keyboard\\) .*";
      assertTrue(child.err.text().matches(trace), child.err.text());
    }
  }

  /** With TLS 1.3, a client learns after its handshake that a certificate of its own is missing. */
  @ParameterizedTest
  @CsvSource({
    "-tls1 -cipher ALL@SECLEVEL=0, cannot secure HERE: .*protocol.*",
    "-tls1_2 -Verify 1, cannot secure HERE: (.*bad_certificate|.*handshake_failure)",
    "-tls1_3 -Verify 1, connection to HERE lost: .*certificate.*"
  })
  void aServerThatIsNotSecureGetsToKnowNothing(String options, String error) {
    String secret = "not for everybody";
    try (Child server = server("-accept 127.0.0.1:0 " + options);
        Child child = dumbNet("-q", "localhost", portOf(server))) {
      child.type(secret + "\n");
      assertEquals(1, child.exitStatus(), child.err::text);
      assertEquals("", child.out.text());
      String line = "DumbNet: " + error.replace("HERE", "localhost:" + portOf(server)) + "\n";
      assertTrue(child.err.text().matches(line), child.err.text());
      server.signal("TERM");
      server.exitStatus();
      String seen = server.out.text() + server.err.text();
      assertFalse(seen.contains(secret), seen);
    }
  }

  @Test
  void aFileAndTheEndOfTlsArrive() throws IOException {
    Path jar = Path.of("target/blocking-sockets.jar"); // s_server serves what is here.
    try (Child server = server("-WWW -accept 127.0.0.1:0");
        Child child = dumbNet("-b", "localhost", portOf(server))) {
      child.type("GET /" + jar + " HTTP/1.0\n");
      assertEquals(0, child.exitStatus(), child.err::text);
      byte[] all = child.out.bytes();
      byte[] file = Files.readAllBytes(jar);
      assertArrayEquals(file, Arrays.copyOfRange(all, all.length - file.length, all.length));
    }
  }
}

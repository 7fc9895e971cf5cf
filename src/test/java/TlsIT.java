import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Peer;
import testkit.Trace;
import testkit.Watch;

/** DumbNet --tls and the TLS servers that others have written. */
class TlsIT {
  private static final String SECRET = "not for everybody";

  @TempDir private static Path directory;

  /** A web server, which does not end TLS when it ends the connection. */
  private static final String PYTHON =
      """
      import http.server, socket, ssl, sys
      version, directory = sys.argv[1:]
      tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      tls.load_cert_chain(directory + "/good.crt", directory + "/good.key")
      tls.minimum_version = tls.maximum_version = ssl.TLSVersion[version]
      class Files(http.server.SimpleHTTPRequestHandler):
          def __init__(self, *arguments):
              super().__init__(*arguments, directory=directory)
      server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
      server.socket = tls.wrap_socket(server.socket, server_side=True, suppress_ragged_eofs=False)
      print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
      server.serve_forever()
      """;

  private static final String NGINX =
      """
      daemon off; master_process off; pid %1$s/pid; error_log %1$s/log;
      events {}
      http {
        access_log off; client_body_temp_path %1$s/1; proxy_temp_path %1$s/2;
        fastcgi_temp_path %1$s/3; uwsgi_temp_path %1$s/4; scgi_temp_path %1$s/5;
        server {
          listen 127.0.0.1:%2$d ssl; listen [::1]:%2$d ssl; root %1$s;
          ssl_certificate %1$s/good.crt; ssl_certificate_key %1$s/good.key;
        }
      }
      """;

  @BeforeAll
  static void makeCertificate() {
    Watch.assumeLinuxWith("openssl", "python3");
    String make =
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test"
            + " -addext subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"
            + " -keyout DIRECTORY/good.key -out DIRECTORY/good.crt";
    try (Child openssl = openssl(make)) {
      assertEquals(0, openssl.exitStatus(), openssl.err::text);
    }
  }

  private static Child openssl(String options) {
    return Child.command(
        ("openssl " + options).replace("DIRECTORY", directory.toString()).split(" "));
  }

  /** {@code openssl s_server}, which sends every line back in reverse. */
  private static Child server(String options) {
    return openssl("s_server -rev -cert DIRECTORY/good.crt -key DIRECTORY/good.key " + options);
  }

  private static int portOf(Child openssl) {
    return openssl.out.awaitNumber("ACCEPT \\S*:(\\d+)");
  }

  private static Child dumbNet(List<String> jvm, String options, String host, int port) {
    String line = "DumbNet --tls --cacert=" + directory.resolve("good.crt") + " " + options;
    return Child.withJvm(jvm, (line.strip() + " " + host + " " + port).split(" "));
  }

  private static void assertFails(Child child, String expected) {
    assertEquals(1, child.exitStatus(), child.err::text);
    assertEquals("", child.out.text());
    assertTrue(child.err.text().matches("DumbNet: " + expected + "\n"), child.err.text());
  }

  @ParameterizedTest
  @CsvSource({
    "-tls1_3, 127.0.0.1:0, localhost",
    "-tls1_2, 127.0.0.1:0, 127.0.0.1",
    "-tls1_3, [::1]:0, ::1"
  })
  void opensslAnswers(String version, String accept, String host) throws IOException {
    try (Child server = server(version + " -accept " + accept);
        Child child = dumbNet(List.of(), "-t", host, portOf(server))) {
      child.type("hello\n");
      child.out.await("olleh\n");
      String trace = child.err.text();
      List<String> calls = Trace.of("main", trace);
      int handshake = calls.indexOf("handshake() ...");
      assertTrue(calls.get(handshake - 1).endsWith(" = ok"), trace);
      assertTrue(calls.get(handshake + 1).startsWith("send("), "the wire: " + trace);
      String protocol = version.replace("-tls1_", "TLSv1.");
      String agreed = "handshake() = " + protocol + " TLS_";
      int done = calls.size() - (int) calls.stream().dropWhile(c -> !c.startsWith(agreed)).count();
      assertTrue(calls.subList(handshake, done).contains("recv() ..."), trace);
      assertTrue(done < calls.indexOf("read(keyboard) ..."), trace);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-tls1 -cipher ALL@SECLEVEL=0, .*protocol.*",
    "-tls1_2 -Verify 1, .*bad_certificate|.*handshake_failure",
  })
  void nothingIsSentToAServerThatIsNotSecure(String options, String why) {
    try (Child server = server("-accept 127.0.0.1:0 " + options);
        Child child = dumbNet(List.of(), "", "localhost", portOf(server))) {
      child.type(SECRET + "\n");
      assertFails(child, "cannot secure localhost:" + portOf(server) + ": (" + why + ")");
      server.signal("TERM");
      server.exitStatus();
      String seen = server.out.text() + server.err.text();
      assertFalse(seen.contains(SECRET) || seen.contains("CIPHER"), seen);
    }
  }

  @Test
  void aServerOfTls13ThatDemandsACertificateSaysSoLater() {
    try (Child server = server("-tls1_3 -Verify 1 -accept 127.0.0.1:0");
        Child child = dumbNet(List.of(), "-q", "localhost", portOf(server))) {
      child.type("hello\n");
      String lost = "connection to localhost:" + portOf(server) + " lost: .*certificate.*";
      assertFails(child, lost);
    }
  }

  @Test
  void nginxAnswersAsItAnswersCurl() throws IOException {
    int port = Peer.freePort();
    Path configuration = directory.resolve("nginx.conf");
    Files.writeString(configuration, String.format(NGINX, directory, port));
    try (Child nginx = Child.command("nginx", "-e", "stderr", "-c", configuration.toString())) {
      Peer.connectWhenReady(port).close();
      assertSame(30_000_000, "localhost", port, 0, " ended the stream after .*");
      assertSame(1000, "::1", port, 0, " ended the stream after .*");
      assertTrue(nginx.isRunning());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1_2", "TLSv1_3"})
  void pythonAnswersAsItAnswersCurlButDoesNotEndTls(String version) throws IOException {
    String cut = " ended the stream without ending TLS: the answer may be cut short";
    try (Child python = Child.command("python3", "-c", PYTHON, version, "" + directory)) {
      assertSame(1000, "localhost", python.out.awaitPort(), 1, cut);
    }
  }

  private static void assertSame(int size, String host, int port, int status, String ending)
      throws IOException {
    byte[] content = new byte[size];
    new Random(1).nextBytes(content);
    Files.write(directory.resolve("page"), content);
    String peer = (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    String trusted = directory.resolve("good.crt").toString();
    String url = "https://" + peer + "/page";
    try (Child curl = Child.command("curl", "-si0", "--cacert", trusted, url);
        Child child = dumbNet(List.of("-Xmx48m"), "-b", host, port)) {
      child.type("GET /page HTTP/1.0\n");
      assertEquals(status, child.exitStatus());
      String last = child.err.text().lines().skip(1).findFirst().orElse("");
      assertTrue(last.matches("DumbNet: " + Pattern.quote(peer) + ending), last);
      assertEquals(0, curl.exitStatus(), curl.err::text);
      assertTrue(withoutDate(curl).equals(withoutDate(child)), "curl gets something else");
      byte[] all = child.out.bytes();
      assertArrayEquals(content, Arrays.copyOfRange(all, all.length - size, all.length));
    }
  }

  /** As text in which each byte is a character. */
  private static String withoutDate(Child child) {
    return new String(child.out.bytes(), ISO_8859_1).replaceFirst("\r\nDate: .*", "");
  }
}

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Child;
import testkit.Mute;
import testkit.Peer;
import testkit.Trace;
import testkit.Watch;

/** DumbNet --tls and the TLS servers that others have written. */
class TlsIT {
  private static final String SECRET = "not for everybody";

  /** What every server of this class has: a certificate and its key, in one file. */
  @TempDir private static Path directory;

  /**
   * A server of Python: "end" answers at the end of its input, "cut" ends the connection without
   * TLS's own end, "files" is a web server.
   */
  private static final String PYTHON =
      """
      import http.server, socket, ssl, sys
      kind, version, pem, directory = sys.argv[1:]
      tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      tls.load_cert_chain(pem)
      tls.minimum_version = tls.maximum_version = ssl.TLSVersion[version]
      class Files(http.server.SimpleHTTPRequestHandler):
          def __init__(self, *arguments):
              super().__init__(*arguments, directory=directory)
      server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
      server.socket = tls.wrap_socket(server.socket, server_side=True, suppress_ragged_eofs=False)
      print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
      if kind == "files":
          server.serve_forever()
      client, _ = server.socket.accept()
      data = client.recv(100)
      if kind == "end":
          while part := client.recv(100):
              data += part
          client.sendall(b"at the end: " + data)
          client.unwrap()
      else:
          client.sendall(b"half of ")
          client.close()
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
          ssl_certificate %1$s/good.pem; ssl_certificate_key %1$s/good.pem;
        }
      }
      """;

  /** {@code trusted.pem} has the certificates of all of them. */
  @BeforeAll
  static void makeCertificates() throws IOException {
    Watch.assumeLinuxWith("openssl", "python3");
    String names = "san=dns:localhost,dns:*.wild.test,ip:127.0.0.1,ip:::1";
    certificate("good", "+0d", names);
    certificate("past", "-9d", names);
    certificate("future", "+9d", names);
    certificate("other", "+0d", "san=dns:other.test");
  }

  private static void certificate(String name, String start, String names) throws IOException {
    Path store = directory.resolve(name + ".p12");
    String made = "-genkeypair -keyalg EC -validity 5 -storepass changeit -dname CN=test -alias ";
    List<Object> arguments = new ArrayList<>(List.of((made + name).split(" ")));
    arguments.addAll(List.of("-keystore", store, "-startdate", start, "-ext", names));
    Watch.jdkTool("keytool", arguments.toArray());
    String pem = directory.resolve(name + ".pem").toString();
    openssl("pkcs12", "-in", store, "-nodes", "-passin", "pass:changeit", "-out", pem);
    String trusted = openssl("x509", "-in", pem);
    Files.writeString(directory.resolve(name + ".crt"), trusted);
    Path all = directory.resolve("trusted.pem");
    Files.writeString(all, (Files.exists(all) ? Files.readString(all) : "") + trusted);
  }

  private static String openssl(Object... arguments) {
    List<String> command = new ArrayList<>(List.of("openssl"));
    List.of(arguments).forEach(argument -> command.add(argument.toString()));
    try (Child child = Child.command(command.toArray(String[]::new))) {
      assertEquals(0, child.exitStatus(), child.err::text);
      return child.out.text();
    }
  }

  /** {@code openssl s_server}, which sends every line back in reverse. */
  private static Child openssl(String certificate, String options) {
    String pem = directory.resolve(certificate + ".pem").toString();
    return Child.command(
        ("openssl s_server -rev -cert " + pem + " -key " + pem + " " + options).split(" "));
  }

  private static int portOf(Child openssl) {
    return openssl.out.awaitNumber("ACCEPT \\S*:(\\d+)");
  }

  private static Child python(String kind, String version) {
    String pem = directory.resolve("good.pem").toString();
    return Child.command("python3", "-c", PYTHON, kind, version, pem, directory.toString());
  }

  private static Child dumbNet(List<String> jvm, String options, String host, int port) {
    String line = "DumbNet --tls --cacert=" + directory.resolve("trusted.pem") + " " + options;
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
    "-tls1_3, 127.0.0.1:0, LocalHost",
    "-tls1_3, 127.0.0.1:0, a.wild.test",
    "-tls1_2, 127.0.0.1:0, localhost",
    "-tls1_2, 127.0.0.1:0, 127.0.0.1",
    "-tls1_3, [::1]:0, ::1"
  })
  void opensslAnswers(String version, String accept, String host) throws IOException {
    List<String> names =
        host.endsWith(".test") ? Child.names(directory, "127.0.0.1 a.wild.test") : List.of();
    try (Child server = openssl("good", version + " -accept " + accept);
        Child child = dumbNet(names, "-t", host, portOf(server))) {
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
    "past, '', its certificate has expired: NotAfter: .*",
    "future, '', its certificate is not valid yet: NotBefore: .*",
    "other, '', its certificate is not for localhost",
    "good, -tls1 -cipher ALL@SECLEVEL=0, .*protocol.*",
    "good, -tls1_2 -Verify 1, .*bad_certificate|.*handshake_failure",
  })
  void nothingIsSentToAServerThatIsNotSecure(String certificate, String options, String why) {
    String line = ("-accept 127.0.0.1:0 " + options).strip();
    try (Child server = openssl(certificate, line);
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
    try (Child server = openssl("good", "-tls1_3 -Verify 1 -accept 127.0.0.1:0");
        Child child = dumbNet(List.of(), "-q", "localhost", portOf(server))) {
      child.type("hello\n");
      String lost = "connection to localhost:" + portOf(server) + " lost: .*certificate.*";
      assertFails(child, lost);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "::1"})
  void nginxAnswersAsItAnswersCurl(String host) throws IOException {
    byte[] content = new byte[host.equals("localhost") ? 30_000_000 : 1000];
    new Random(1).nextBytes(content);
    Files.write(directory.resolve("page"), content);
    int port = Peer.freePort();
    Path configuration = directory.resolve("nginx.conf");
    Files.writeString(configuration, String.format(NGINX, directory, port));
    try (Child nginx = Child.command("nginx", "-e", "stderr", "-c", configuration.toString())) {
      Mute.connect(port).close();
      assertSame(host, port, content, host + ":" + port + " ended the stream after .*");
      assertTrue(nginx.isRunning());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1_2", "TLSv1_3"})
  void pythonAnswersAsItAnswersCurlButDoesNotEndTls(String version) throws IOException {
    byte[] page = "a page\n".getBytes(ISO_8859_1);
    Files.write(directory.resolve("page"), page);
    try (Child python = python("files", version)) {
      assertSame("localhost", python.out.awaitPort(), page, ".* may be cut short");
    }
  }

  private static void assertSame(String host, int port, byte[] content, String ending) {
    String url = "https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/page";
    String trusted = directory.resolve("good.crt").toString();
    try (Child curl = Child.command("curl", "-si0", "--cacert", trusted, url);
        Child child = dumbNet(List.of("-Xmx48m"), "-b", host, port)) {
      child.type("GET /page HTTP/1.0\n").exitStatus();
      String last = child.err.text().lines().skip(1).findFirst().orElse("");
      assertTrue(last.replace("[::1]", "::1").matches("DumbNet: " + ending), last);
      assertEquals(0, curl.exitStatus(), curl.err::text);
      assertTrue(withoutDate(curl).equals(withoutDate(child)), "curl gets something else");
      byte[] all = child.out.bytes();
      assertArrayEquals(content, Arrays.copyOfRange(all, all.length - content.length, all.length));
    }
  }

  /** As text in which each byte is a character. */
  private static String withoutDate(Child child) {
    return new String(child.out.bytes(), ISO_8859_1).replaceFirst("\r\nDate: .*", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1_2", "TLSv1_3"})
  void aServerThatAnswersAtTheEndOfItsInputNeedsAHalfClose(String version) {
    try (Child server = python("end", version);
        Child child = dumbNet(List.of(), "-N", "localhost", server.out.awaitPort())) {
      child.type("hello\n");
      assertEquals(0, child.exitStatus(), child.err::text);
      assertEquals("at the end: hello\r\n", child.out.text());
    }
    try (Child server = python("end", version);
        Child child = dumbNet(List.of(), "-q -i 0.5", "localhost", server.out.awaitPort())) {
      child.type("hello\n");
      assertFails(child, "localhost:\\d+ sent nothing for 0.5 s");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1_2", "TLSv1_3"})
  void aStreamThatIsCutIsPrintedAndIsAnError(String version) {
    try (Child server = python("cut", version);
        Child child = dumbNet(List.of(), "-q", "localhost", server.out.awaitPort())) {
      child.type("hello\n");
      assertEquals(1, child.exitStatus());
      assertEquals("half of ", child.out.text());
      String why = " ended the stream without ending TLS: the answer may be cut short\n";
      assertEquals("DumbNet: localhost:" + server.out.awaitPort() + why, child.err.text());
    }
  }

  @Test
  void theTrustStoreOfTheJvmDoesNotKnowAHomeMadeCertificate() {
    try (Child server = openssl("good", "-accept 127.0.0.1:0");
        Child child = Child.of("DumbNet", "--tls", "localhost", "" + portOf(server))) {
      String why = "its certificate is not trusted: unable to find valid certification path to .*";
      assertFails(child, "cannot secure localhost:" + portOf(server) + ": " + why);
    }
  }

  @Test
  void ctrlCEndsAHandshakeAtOnce() throws IOException {
    Watch.assumeInterruptible();
    try (ServerSocket listening = Peer.listen();
        Child child = dumbNet(List.of(), "-t -w 0", "127.0.0.1", listening.getLocalPort());
        Peer server = Peer.accept(listening)) {
      server.receive(1);
      child.err.await("a wait for the server", text -> text.endsWith(" recv() ...\n"));
      child.signal("INT");
      assertEquals(130, child.exitStatus());
    }
  }
}

package sockets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import testkit.Capture;
import testkit.Peer;

class TlsTest {
  private static final Duration LONG = Duration.ofSeconds(Capture.DEADLINE_SECONDS);

  @TempDir private Path directory;
  @AutoClose private ServerSocket listener;
  private File trusted;
  private final List<String> lines = new ArrayList<>();
  private final byte[] buffer = new byte[100];

  /** What the server was asked for: the names in the handshake. */
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

  @BeforeEach
  void trust() throws Exception {
    listener = Peer.listen();
    trusted = Certificates.pem(directory.resolve("trusted.pem"), "good", "own-past").toFile();
  }

  private interface Action {
    void on(Peer client) throws Exception;
  }

  /** Does something to the first client, in a thread of its own, and closes the connection. */
  private void serve(Action action) {
    Runnable server =
        () -> {
          try (Peer client = Peer.accept(listener)) {
            action.on(client);
          } catch (Exception e) {
            // What became of it, the client knows.
          }
        };
    Threads.daemon(server, "server").start();
  }

  /** Shakes hands as a server, and then does something with TLS. */
  private void serve(String certificate, String protocol, Action action) {
    serve(
        client -> {
          SSLSocket socket = Certificates.server(certificate, client.socket);
          socket.setEnabledProtocols(new String[] {protocol});
          socket.startHandshake();
          ExtendedSSLSession session = (ExtendedSSLSession) socket.getSession();
          asked.add(session.getRequestedServerNames().toString());
          action.on(new Peer(socket));
        });
  }

  /** Sends back what comes, and then ends TLS. */
  private static void echo(Peer client) throws IOException {
    client.socket.getInputStream().transferTo(client.socket.getOutputStream());
    client.close();
  }

  /** What the handshake brought, or why it failed. */
  private String secure(Tls tls, String host) {
    try (Socket socket = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
      BlockingCalls calls = new BlockingCalls(lines::add);
      tls.secure(socket, host, calls, LONG.toNanos()).close();
      return lines.get(1).replaceFirst(".* handshake\\(\\) = (.*) after .* s$", "$1");
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "good, LocalHost, TLSv1.3 TLS_.*",
    "good, localhost., TLSv1.3 TLS_.*", // the name service's way to end a name
    "good, 127.0.0.1, TLSv1.3 TLS_.*",
    "good, [::1], TLSv1.3 TLS_.*",
    "good, a.b.example.test, its certificate is not for a.b.example.test",
    "good, example.test, its certificate is not for example.test",
    "good, 127.0.0.2, its certificate is not for 127.0.0.2",
    "past, localhost, its certificate has expired: .*NotAfter.*",
    "own-past, localhost, its certificate has expired: NotAfter.*", // although it is trusted
    "future, localhost, its certificate is not trusted: NotBefore.*",
  })
  void aServerIsWhomItsCertificateNamesWhileItIsValid(
      String certificate, String host, String expected) throws Exception {
    if (host.equals("[::1]")) {
      listener.close();
      listener = new ServerSocket(0, 1, InetAddress.getByName(host));
    }
    serve(certificate, "TLSv1.3", client -> {});
    String result = secure(new Tls(trusted), host);
    assertTrue(result.matches(expected), result);
  }

  @Test
  void aCertificateThatIsNotTrustedIsSaid() throws Exception {
    Path other = Certificates.pem(directory.resolve("own.pem"), "own-past");
    for (Tls one : List.of(new Tls(null), new Tls(other.toFile()))) { // null: those of the JVM
      serve("good", "TLSv1.3", client -> {});
      String result = secure(one, "localhost");
      assertTrue(result.startsWith("its certificate is not trusted: unable to find"), result);
    }
  }

  @Test
  void tls12IsSpokenTooAndTheServerIsToldTheName() throws Exception {
    serve("good", "TLSv1.2", client -> {});
    String result = secure(new Tls(trusted), "a.example.test");
    assertTrue(result.startsWith("TLSv1.2 TLS_"), result);
    assertEquals("[type=host_name (0), value=a.example.test]", asked.take());
  }

  private Connection connect(Duration timeout) throws IOException {
    return new Connector(new BlockingCalls(null), InetAddress.class, timeout, null)
        .withTls(trusted)
        .connect("127.0.0.1", listener.getLocalPort());
  }

  private void assertFails(Duration timeout, String expected) {
    IOException e = assertThrows(IOException.class, () -> connect(timeout).close());
    String beginning = "cannot secure 127.0.0.1:" + listener.getLocalPort() + ": ";
    assertEquals(beginning + expected, e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"0, TLSv1.2", "2000, TLSv1.3"})
  void bytesPassUntilTheServerEndsTlsAndTheTimeoutIsThatOfTheHandshake(long millis, String protocol)
      throws IOException {
    serve("good", protocol, TlsTest::echo);
    try (Connection connection = connect(Duration.ofMillis(millis))) {
      Duration longer = Duration.ofMillis(millis + 100);
      assertThrows(SocketTimeoutException.class, () -> connection.receive(buffer, longer));
      connection.send("hello".getBytes(UTF_8), 5);
      assertEquals(5, connection.receive(buffer, LONG));
      connection.halfClose();
      assertEquals(-1, connection.receive(buffer, LONG));
    }
  }

  @Test
  void aStreamThatIsCutShortIsSaidAfterWhatHadCome() throws IOException {
    serve(
        client -> {
          Certificates.server("good", client.socket)
              .getOutputStream()
              .write("half".getBytes(UTF_8));
          client.halfClose();
        });
    try (Connection connection = connect(LONG)) {
      assertEquals(4, connection.receive(buffer, LONG));
      assertEquals(
          connection.name() + " ended the stream without ending TLS: the answer may be cut short",
          assertThrows(SocketException.class, () -> connection.receive(buffer, LONG)).getMessage());
    }
  }

  @Test
  void aServerThatIsSilentIsGivenUpAndLeft() throws Exception {
    BlockingQueue<String> left = new LinkedBlockingQueue<>();
    serve(
        client -> {
          client.receiveAll();
          left.add("left");
        });
    assertFails(Duration.ofMillis(250), "timed out after 0.25 s");
    assertEquals("left", left.take());
  }

  @ParameterizedTest
  @CsvSource({
    "220 example.org ready, it does not speak TLS",
    "'', Remote host terminated the handshake",
    ", Connection reset",
  })
  void aServerThatSaysSomethingElseOrNothingOrResetsIsNotSecure(String text, String expected) {
    serve(
        client -> {
          client.receive(1);
          if (text == null) {
            client.reset();
          } else {
            client.send(text).halfClose().receiveAll();
          }
        });
    assertFails(LONG, expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'', no certificate in it",
    "-----BEGIN CERTIFICATE-----, .+",
    ", No such file or directory",
  })
  void aFileWithoutCertificatesIsSaid(String content, String why) throws IOException {
    File file = directory.resolve("none.pem").toFile();
    if (content != null) {
      Files.writeString(file.toPath(), content);
    }
    String message = assertThrows(IOException.class, () -> new Tls(file)).getMessage();
    String beginning = "cannot read certificates from " + file + ": ";
    assertTrue(message.startsWith(beginning), message);
    assertTrue(message.substring(beginning.length()).matches(why), message);
  }
}

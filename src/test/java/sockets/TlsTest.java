package sockets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.util.SetSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import testkit.Capture;
import testkit.Peer;

/**
 * The certificates in src/test/resources were made once, with openssl and one key for all. They are
 * for localhost, *.example.test, 127.0.0.1 and ::1. The one named good, of 2000 to 2198, has signed
 * past (2000) and future (2198); own-past (2000) has signed itself.
 */
class TlsTest {
  private static final Duration LONG = Duration.ofSeconds(Capture.DEADLINE_SECONDS);

  @TempDir private Path directory;
  @AutoClose private ServerSocket listener;
  private Tls trusting;
  private String protocol = "TLSv1.3";
  private final List<String> lines = new ArrayList<>();
  private final byte[] buffer = new byte[100];

  /** What happened to the server, beginning with the names it was asked for in the handshake. */
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  @BeforeEach
  void trust() throws IOException {
    listener = Peer.listen();
    trusting = tls(pem("own-past") + pem("good"));
  }

  private static String pem(String name) throws IOException {
    return Files.readString(Path.of("src/test/resources", name + ".pem"));
  }

  private Tls tls(String pem) throws IOException {
    return new Tls(Files.writeString(directory.resolve("trusted.pem"), pem).toFile());
  }

  /** The server's side of TLS over a connection. */
  private static SSLSocket secured(Socket client, String certificate) throws Exception {
    byte[] encoded = Base64.getMimeDecoder().decode(pem("key").replaceAll("-----.*", ""));
    PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    InputStream pem = new ByteArrayInputStream(pem(certificate).getBytes(UTF_8));
    Certificate[] chain = {CertificateFactory.getInstance("X.509").generateCertificate(pem)};
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(certificate, key, new char[0], chain);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return (SSLSocket) context.getSocketFactory().createSocket(client, null, true);
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
  private void serve(String certificate, Action action) {
    serve(
        client -> {
          SSLSocket socket = secured(client.socket, certificate);
          socket.setEnabledProtocols(new String[] {protocol});
          socket.startHandshake();
          ExtendedSSLSession session = (ExtendedSSLSession) socket.getSession();
          events.add(session.getRequestedServerNames().toString());
          action.on(new Peer(socket));
          socket.close();
        });
  }

  /** What the handshake brought, or why it failed. */
  private String secure(Tls tls, String host) {
    try (Socket socket = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
      tls.secure(socket, host, "peer", new BlockingCalls(lines::add), LONG.toNanos()).close();
      return lines.get(1).replaceFirst(".* handshake\\(\\) = (.*) after .* s$", "$1");
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private Connection connect(Duration timeout) throws IOException {
    return new Connector(new BlockingCalls(null), InetAddress.class, timeout, trusting)
        .connect("127.0.0.1", listener.getLocalPort());
  }

  @ParameterizedTest
  @CsvSource({
    "good, localhost, TLSv1.3 TLS_.*, '[type=host_name (0), value=localhost]'",
    "good, localhost., TLSv1.3 TLS_.*, '[type=host_name (0), value=localhost]'", // as in DNS
    "good, A.example.test, TLSv1.3 TLS_.*, '[type=host_name (0), value=A.example.test]'",
    "good, 127.0.0.1, TLSv1.3 TLS_.*, []", // RFC 6066: names only
    "good, [::1], TLSv1.3 TLS_.*, []",
    "good, a.b.example.test, its certificate is not for a.b.example.test,",
    "good, example.test, its certificate is not for example.test,",
    "good, 127.0.0.2, its certificate is not for 127.0.0.2,",
    "good, a_b, Java's check of names refuses it: .+,",
    "past, localhost, its certificate has expired: .*NotAfter.*,",
    "own-past, localhost, its certificate has expired: NotAfter.*,", // although it is trusted
    "future, localhost, its certificate is not valid yet: NotBefore.*,",
  })
  void aServerIsToldTheNameAndIsWhomItsCertificateNamesWhileItIsValid(
      String certificate, String host, String expected, String asked) throws Exception {
    serve(certificate, client -> {});
    String result = secure(trusting, host);
    assertTrue(result.matches(expected), result);
    if (asked != null) {
      assertEquals(asked, events.take());
    }
  }

  @Test
  void aCertificateThatIsNotTrustedIsSaid() throws IOException {
    for (Tls one : List.of(new Tls(null), tls(pem("own-past")))) { // null: those of the JVM
      serve("good", client -> {});
      String result = secure(one, "localhost");
      assertTrue(result.startsWith("its certificate is not trusted: unable to find"), result);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"%2$s%1$s", "%1$s%2$s", "\ufeff%1$s", "# mine\nSubject: good\n%1$send\n"})
  void aFileCanHoldOtherThingsThanCertificates(String form) throws IOException {
    String pem = String.format(form, pem("good"), pem("key"));
    assertDoesNotThrow(() -> tls(pem));
    assertDoesNotThrow(() -> tls(pem.replace("\n", "\r\n")));
  }

  @ParameterizedTest
  @SetSystemProperty(key = "javax.net.ssl.trustStore", value = "NONE")
  @CsvSource({
    ", the JVM's trust store, no certificate in it",
    "src/test/resources/key.pem, src/test/resources/key.pem, no certificate in it",
    "src/test/resources/broken.pem, src/test/resources/broken.pem, .+",
    "target/missing.pem, target/missing.pem, No such file or directory",
    "'', '''''', No such file or directory",
  })
  void aFileOrATrustStoreWithoutCertificatesIsSaid(String file, String named, String why) {
    IOException e =
        assertThrows(IOException.class, () -> new Tls(file == null ? null : new File(file)));
    String message = "cannot read certificates from " + named + ": " + why;
    assertTrue(e.getMessage().matches(message), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"0, TLSv1.2", "2000, TLSv1.3"})
  void bytesPassUntilTheServerEndsTlsAndTheTimeoutIsThatOfTheHandshake(long millis, String spoken)
      throws IOException {
    protocol = spoken;
    serve("good", client -> client.send(client.receive(5)).receiveAll());
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
  void closingEndsTlsButDoesNotWaitForAServerThatReadsNothing() throws Exception {
    serve("good", client -> events.add(client.receiveAll().length + " bytes"));
    connect(LONG).close();
    assertEquals("[]", events.take());
    assertEquals("0 bytes", events.take());
    CountDownLatch closed = new CountDownLatch(1);
    serve(
        "good",
        client -> {
          client.receive(1);
          events.add("reads no more");
          closed.await();
        });
    Connection stuck = connect(LONG);
    byte[] all = new byte[1 << 24]; // more than the system takes
    Executable send = () -> stuck.send(all, all.length);
    Threads.daemon(() -> events.add("" + assertThrows(IOException.class, send)), "sends").start();
    assertEquals("[]", events.take());
    assertEquals("reads no more", events.take());
    stuck.close();
    closed.countDown();
    assertTrue(events.take().contains("lost: Socket closed"));
  }

  @Test
  void aStreamThatIsCutShortIsSaidAfterWhatHadCome() throws IOException {
    serve(
        client -> {
          secured(client.socket, "good").getOutputStream().write("half".getBytes(UTF_8));
          client.halfClose();
        });
    try (Connection connection = connect(LONG)) {
      assertEquals(4, connection.receive(buffer, LONG));
      assertEquals(
          connection.name() + " ended the stream without ending TLS: the answer may be cut short",
          assertThrows(SocketException.class, () -> connection.receive(buffer, LONG)).getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "220 example.org ready, it does not speak TLS",
    "'', Remote host terminated the handshake",
    ", Connection reset",
  })
  void aServerThatSaysSomethingElseOrNothingOrResetsIsNotSecure(String text, String why) {
    serve(
        client -> {
          client.receive(1);
          if (text == null) {
            client.reset();
          } else {
            client.send(text).halfClose().receiveAll();
          }
        });
    IOException e = assertThrows(IOException.class, () -> connect(LONG).close());
    String where = "cannot secure 127.0.0.1:" + listener.getLocalPort();
    assertEquals(where + ": " + why, e.getMessage());
  }
}

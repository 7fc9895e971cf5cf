package sockets;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import testkit.Watch;

/** Certificates made today by the JDK's keytool, with their keys. */
final class Certificates {
  private static final String PASSWORD = "changeit";
  private static final KeyStore ALL = make();

  private Certificates() {}

  private static KeyStore make() {
    try {
      Path store = Files.createTempFile("certificates", ".p12");
      Files.delete(store);
      String names = " -ext san=dns:localhost,dns:*.example.test,ip:127.0.0.1,ip:::1";
      keytool(store, "good", "-ext bc:c" + names);
      keytool(store, "past", "-signer good -startdate -9d -validity 5");
      keytool(store, "own-past", "-startdate -9d -validity 5" + names);
      keytool(store, "future", "-signer good -startdate +9d");
      KeyStore all = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
      Files.delete(store);
      return all;
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static void keytool(Path store, String name, String options) {
    String form =
        "-J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC"
            + " -genkeypair -keystore %s -storepass %s -keyalg EC -alias %s -dname CN=%<s %s";
    Watch.jdkTool(
        "keytool", (Object[]) String.format(form, store, PASSWORD, name, options).split(" "));
  }

  /** Writes the certificates of these names to a file, in PEM. */
  static Path pem(Path file, String... names) throws IOException, GeneralSecurityException {
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    StringBuilder text = new StringBuilder();
    for (String name : names) {
      Certificate certificate = ALL.getCertificate(name);
      String base64 = new String(lines.encode(certificate.getEncoded()), US_ASCII);
      text.append("-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
    }
    return Files.writeString(file, text);
  }

  /** The server's side of TLS over a connection, with the certificate of this name. */
  static SSLSocket server(String name, Socket client) throws IOException, GeneralSecurityException {
    char[] password = PASSWORD.toCharArray();
    KeyStore one = KeyStore.getInstance("PKCS12");
    one.load(null, null);
    one.setKeyEntry(name, ALL.getKey(name, password), password, ALL.getCertificateChain(name));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(one, password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(client, null, 0, false);
    socket.setUseClientMode(false);
    return socket;
  }
}

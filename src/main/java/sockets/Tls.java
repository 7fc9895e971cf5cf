package sockets;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * TLS 1.3 or 1.2 over a connected socket. The server's certificate must be trusted, valid today,
 * and for the host (RFC 9525); there is no way to skip that.
 */
public final class Tls {
  static {
    // Otherwise the JDK takes a stream that was cut short for one that has ended.
    System.setProperty("com.sun.net.ssl.requireCloseNotify", "true");
  }

  private static final Pattern CERTIFICATE =
      Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----");

  private final SSLContext context;

  /** Trusts the certificates of a PEM file (RFC 7468); null: those of the JVM's trust store. */
  public Tls(File file) throws IOException {
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(file == null ? null : certificates(file));
      if (((X509TrustManager) trust.getTrustManagers()[0]).getAcceptedIssuers().length == 0) {
        throw new IOException("no certificate in it");
      }
      context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
    } catch (IOException | GeneralSecurityException e) {
      // FileInputStream says "FILE (why)".
      String why = Describe.reason(e).replace(file + " (", "").replaceFirst("[)]$", "");
      String from = file == null ? "the JVM's trust store" : file.toString();
      from = from.isBlank() ? "'" + from + "'" : from;
      throw new IOException("cannot read certificates from " + from + ": " + why, e);
    }
  }

  /** Other things in the file do not matter: keys, comments, a byte order mark. */
  private static KeyStore certificates(File file) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream pem = new FileInputStream(file)) {
      Matcher certificate = CERTIFICATE.matcher(new String(pem.readAllBytes(), ISO_8859_1));
      while (certificate.find()) {
        InputStream one = new ByteArrayInputStream(certificate.group().getBytes(ISO_8859_1));
        trusted.setCertificateEntry(
            "certificate-" + trusted.size(),
            CertificateFactory.getInstance("X.509").generateCertificate(one));
      }
    }
    return trusted;
  }

  /** Shakes hands. A timeout bounds only one recv() of many, so a timer closes a late socket. */
  Connection secure(Socket socket, String host, String peer, BlockingCalls calls, long nanos)
      throws IOException {
    // In certificates an address has no brackets, and a name no dot at its end.
    String name = host.replaceAll("^\\[|[.\\]]$", "");
    SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(socket, name, 0, true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    if (!name.matches("[0-9.]+|.*:.*")) { // An address has no place in SNI (RFC 6066, section 3).
      try {
        parameters.setServerNames(List.of(new SNIHostName(name)));
      } catch (IllegalArgumentException e) { // It has a '_', for example.
        throw new IOException("Java's check of names refuses it: " + Describe.reason(e), e);
      }
    }
    secured.setSSLParameters(parameters);
    CompletableFuture<Void> late = closeAfter(nanos, socket);
    try {
      calls.call("handshake()", () -> handshake(secured));
      if (late.cancel(false)) {
        return new Connection(socket, secured, peer);
      }
    } catch (IOException e) {
      if (late.cancel(false)) { // true again, if it was cancelled above
        throw new IOException(reason(e, host), e);
      }
    }
    throw new SocketTimeoutException(); // and the socket is closed
  }

  /** Closes a socket after a time, which ends what is blocked in it, unless it is cancelled. */
  private static CompletableFuture<Void> closeAfter(long nanos, Socket socket) {
    CompletableFuture<Void> late = new CompletableFuture<>();
    late.thenRun(() -> Connection.quietly(socket));
    return late.completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
  }

  /** Sends TLS's end, then closes; if the peer reads nothing, gives up after a quarter second. */
  static void close(Socket secured, Socket tcp) throws IOException {
    CompletableFuture<Void> late = closeAfter(TimeUnit.MILLISECONDS.toNanos(250), tcp);
    secured.close();
    late.cancel(false);
  }

  private static String handshake(SSLSocket socket) throws IOException {
    socket.startHandshake();
    SSLSession session = socket.getSession();
    try {
      // The JDK does not look at the dates of a certificate that is itself a trusted one.
      ((X509Certificate) session.getPeerCertificates()[0]).checkValidity();
    } catch (CertificateException e) {
      throw new IOException(e);
    }
    return session.getProtocol() + " " + session.getCipherSuite();
  }

  private static String reason(IOException e, String host) {
    boolean certificate = false;
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
      certificate |= root instanceof CertificateException;
    }
    String why = Describe.reason(root);
    if (root instanceof CertificateExpiredException) {
      return "its certificate has expired: " + why;
    } else if (root instanceof CertificateNotYetValidException) {
      return "its certificate is not valid yet: " + why;
    } else if (root.getClass() == CertificateException.class) { // from the check of the name
      return "its certificate is not for " + host;
    } else if (certificate) {
      return "its certificate is not trusted: " + why;
    } else if (why.equals("Unsupported or unrecognized SSL message")) {
      return "it does not speak TLS";
    }
    return root instanceof SocketException ? why : Describe.reason(e);
  }
}

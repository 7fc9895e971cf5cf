package sockets;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS 1.3 or 1.2 over a connected socket. The server's certificate must be trusted, valid today,
 * and for the host (RFC 9525); there is no way to skip that.
 */
final class Tls {
  static {
    // Otherwise the JDK takes a stream that was cut short for one that has ended.
    System.setProperty("com.sun.net.ssl.requireCloseNotify", "true");
  }

  private final SSLContext context;

  /** Trusts certificates in PEM (RFC 7468), one or more; null: those of the JVM's trust store. */
  Tls(File file) throws IOException {
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(file == null ? null : certificates(file));
      context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
    } catch (IOException | GeneralSecurityException e) {
      // FileInputStream says "FILE (why)".
      String why = Describe.reason(e).replace(file + " (", "").replaceFirst("[)]$", "");
      String from = file == null ? "the JVM's trust store" : file.toString();
      throw new IOException("cannot read certificates from " + from + ": " + why, e);
    }
  }

  private static KeyStore certificates(File file) throws IOException, GeneralSecurityException {
    try (InputStream pem = new FileInputStream(file)) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        trusted.setCertificateEntry("certificate-" + trusted.size(), one);
      }
      if (trusted.size() == 0) {
        throw new IOException("no certificate in it");
      }
      return trusted;
    }
  }

  /**
   * Shakes hands, in several recv() and send(). A server can make each of them last, so one timer
   * limits them all: it closes the socket.
   */
  Socket secure(Socket socket, String host, BlockingCalls calls, long nanos) throws IOException {
    // In certificates an address has no brackets, and a name no dot at its end.
    String name = host.replaceAll("^\\[|[.\\]]$", "");
    SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(socket, name, 0, true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    CompletableFuture<Void> late = new CompletableFuture<>();
    late.thenRun(() -> Connection.closeQuietly(socket));
    late.completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
    try {
      calls.call("handshake()", () -> handshake(secured));
      if (late.cancel(false)) {
        return secured;
      }
    } catch (IOException e) {
      if (!late.isDone()) {
        throw new IOException(reason(e, host), e);
      }
    }
    throw new SocketTimeoutException(); // and the socket is closed
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

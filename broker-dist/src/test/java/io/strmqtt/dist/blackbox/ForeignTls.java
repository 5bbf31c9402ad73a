package io.strmqtt.dist.blackbox;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for 127.0.0.1 and localhost in two PEM files, and those who trust it.
 *
 * @param certFile the certificate, as {@code cert_file} takes it
 * @param keyFile its private key, as {@code key_file} takes it
 */
record ForeignTls(X509Bundle certificate, Path certFile, Path keyFile) {

  static ForeignTls in(Path folder) throws Exception {
    X509Bundle certificate =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .addSanIpAddress("127.0.0.1")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    return new ForeignTls(
        certificate,
        Files.writeString(folder.resolve("server.crt"), certificate.getCertificatePathPEM()),
        Files.writeString(folder.resolve("server.key"), certificate.getPrivateKeyPEM()));
  }

  /** The setting that turns a TLS listener on. */
  String hocon(String listener) {
    return "listener.%s.tls { cert_file = \"%s\", key_file = \"%s\" }%n"
        .formatted(listener, certFile, keyFile);
  }

  TrustManagerFactory trust() {
    return certificate.toTrustManagerFactory();
  }

  SSLSocketFactory sockets() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust().getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}

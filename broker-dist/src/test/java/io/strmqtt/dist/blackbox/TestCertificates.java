package io.strmqtt.dist.blackbox;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/**
 * A certificate authority, a certificate of the broker for {@code localhost} and {@code 127.0.0.1},
 * and one of a client, {@code CN=device-0042}; as PEM files and as contexts of clients.
 */
final class TestCertificates {
  static final String CLIENT_SUBJECT = "CN=device-0042";

  private static final String AUTHORITY_SUBJECT = "CN=test authority";

  private final Path folder;
  private final X509Bundle authority;
  private final X509Bundle client;

  private TestCertificates(Path folder, X509Bundle authority, X509Bundle client) {
    this.folder = folder;
    this.authority = authority;
    this.client = client;
  }

  static TestCertificates create() {
    try {
      X509Bundle authority =
          new CertificateBuilder()
              .ecp256()
              .subject(AUTHORITY_SUBJECT)
              .setIsCertificateAuthority(true)
              .buildSelfSigned();
      X509Bundle server =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=localhost")
              .addSanDnsName("localhost")
              .addSanIpAddress("127.0.0.1")
              .addExtendedKeyUsageServerAuth()
              .buildIssuedBy(authority);
      X509Bundle client =
          new CertificateBuilder()
              .ecp256()
              .subject(CLIENT_SUBJECT)
              .addExtendedKeyUsageClientAuth()
              .buildIssuedBy(authority);
      Path folder = Files.createTempDirectory("st-rmqtt-certificates");
      Files.writeString(folder.resolve("ca.crt"), authority.getCertificatePEM());
      Files.writeString(folder.resolve("server.crt"), server.getCertificatePathPEM());
      Files.writeString(folder.resolve("server.key"), server.getPrivateKeyPEM());
      Files.writeString(
          folder.resolve("server.pem"), server.getCertificatePathPEM() + server.getPrivateKeyPEM());
      Files.writeString(folder.resolve("client.crt"), client.getCertificatePathPEM());
      Files.writeString(folder.resolve("client.key"), client.getPrivateKeyPEM());
      return new TestCertificates(folder, authority, client);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  Path authority() {
    return folder.resolve("ca.crt");
  }

  Path serverCertificate() {
    return folder.resolve("server.crt");
  }

  Path serverKey() {
    return folder.resolve("server.key");
  }

  /** Both in one file, as HAProxy reads them. */
  Path serverCertificateAndKey() {
    return folder.resolve("server.pem");
  }

  Path clientCertificate() {
    return folder.resolve("client.crt");
  }

  Path clientKey() {
    return folder.resolve("client.key");
  }

  /** Configuration: the broker's certificate for {@code ssl} and {@code wss}. */
  String hocon() {
    return hocon("ssl") + hocon("wss");
  }

  /** Configuration: the broker's certificate for a listener that takes client certificates too. */
  String hocon(String listener) {
    return """
        listener.%s.tls {
          cert_file = "%s", key_file = "%s", client_auth = optional, client_ca_file = "%s"
        }
        """
        .formatted(listener, serverCertificate(), serverKey(), authority());
  }

  /** Trusts the broker, and shows no certificate. */
  SSLContext anonymousContext() {
    return context(new KeyManager[0]);
  }

  /** Trusts the broker, and shows the client's certificate. */
  SSLContext clientContext() {
    try {
      return context(client.toKeyManagerFactory().getKeyManagers());
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Trusts the broker, and shows a certificate that the broker does not trust. */
  SSLContext foreignContext() {
    try {
      // Of the same name, as clients only show certificates of authorities that the broker names.
      X509Bundle impostor =
          new CertificateBuilder()
              .ecp256()
              .subject(AUTHORITY_SUBJECT)
              .setIsCertificateAuthority(true)
              .buildSelfSigned();
      X509Bundle foreign =
          new CertificateBuilder()
              .ecp256()
              .subject(CLIENT_SUBJECT)
              .addExtendedKeyUsageClientAuth()
              .buildIssuedBy(impostor);
      return context(foreign.toKeyManagerFactory().getKeyManagers());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private SSLContext context(KeyManager[] keys) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, authority.toTrustManagerFactory().getTrustManagers(), null);
      return context;
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}

package io.strmqtt.transport;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCertificateException;
import io.strmqtt.api.Reason;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Judges client certificates as the JDK does, and says of those it refuses why: in words, with a
 * reason, and by the alert that the client sees. Any thread.
 */
final class ClientTrust extends X509ExtendedTrustManager {
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String ANY_USAGE = "2.5.29.37.0";
  private static final int DIGITAL_SIGNATURE = 0;

  // OpenSSL's numbers, from which the TLS library chooses the alert.
  private static final int CERT_NOT_YET_VALID = 9; // certificate_expired (RFC 8446, section 6.2)
  private static final int CERT_HAS_EXPIRED = 10; // certificate_expired
  private static final int UNABLE_TO_GET_ISSUER_CERT_LOCALLY = 20; // unknown_ca
  private static final int INVALID_PURPOSE = 26; // unsupported_certificate
  private static final int CERT_REJECTED = 28; // bad_certificate

  /**
   * What BoringSSL's two session tickets of TLS 1.3 can hold of a client's certificates: they leave
   * in one flight of at most 64 KiB, and a larger one would end the connection behind its
   * handshake.
   */
  private static final int MOST_WITH_TICKETS = 30 * 1024;

  private final X509ExtendedTrustManager jdk;
  private final List<X509Certificate> authorities;
  private final Clock clock;

  private ClientTrust(
      X509ExtendedTrustManager jdk, List<X509Certificate> authorities, Clock clock) {
    this.jdk = jdk;
    this.authorities = authorities;
    this.clock = clock;
  }

  static ClientTrust of(List<X509Certificate> authorities, Clock clock)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry(String.valueOf(i), authorities.get(i));
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    for (TrustManager each : factory.getTrustManagers()) {
      if (each instanceof X509ExtendedTrustManager extended) {
        return new ClientTrust(extended, authorities, clock);
      }
    }
    throw new GeneralSecurityException("no trust manager");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    if (OpenSsl.isAvailable() && "TLSv1.3".equals(engine.getHandshakeSession().getProtocol())) {
      checkSize(chain);
    }
    try {
      jdk.checkClientTrusted(chain, authType, engine);
    } catch (CertificateException e) {
      throw refused(chain, e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    try {
      jdk.checkClientTrusted(chain, authType);
    } catch (CertificateException e) {
      throw refused(chain, e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("the broker is no client");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return jdk.getAcceptedIssuers();
  }

  private OpenSslCertificateException refused(X509Certificate[] chain, CertificateException e) {
    RefusedCertificate why = why(chain, e);
    int error =
        switch (why.reason()) {
          case CLIENT_CERT_EXPIRED -> CERT_HAS_EXPIRED;
          case CLIENT_CERT_NOT_YET_VALID -> CERT_NOT_YET_VALID;
          case CLIENT_CERT_UNKNOWN_CA, CLIENT_CERT_CHAIN_INCOMPLETE ->
              UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
          case CLIENT_CERT_WRONG_USAGE -> INVALID_PURPOSE;
          default -> CERT_REJECTED;
        };
    return new OpenSslCertificateException(String.valueOf(why.getMessage()), why, error);
  }

  private static void checkSize(X509Certificate[] chain) throws CertificateException {
    int bytes = 0;
    for (X509Certificate each : chain) {
      bytes += each.getEncoded().length;
    }
    if (bytes > MOST_WITH_TICKETS) {
      RefusedCertificate tooLarge =
          refusal(
              Reason.CLIENT_CERT_TOO_LARGE,
              chain[0],
              "takes with its chain "
                  + bytes
                  + " bytes, and TLS 1.3 works here with "
                  + MOST_WITH_TICKETS
                  + " at most (TLS 1.2: 100 KiB)",
              null);
      throw new OpenSslCertificateException(
          String.valueOf(tooLarge.getMessage()), tooLarge, CERT_REJECTED);
    }
  }

  /** Who issued it comes first: the dates of a certificate nobody vouches for mean nothing. */
  private RefusedCertificate why(X509Certificate[] chain, CertificateException e) {
    X509Certificate leaf = chain[0];
    List<X509Certificate> path = new ArrayList<>();
    X509Certificate last = leaf;
    while (!path.contains(last)) {
      path.add(last);
      X509Certificate now = last;
      if (authorities.stream().anyMatch(a -> a.equals(now) || CertificateFile.isIssuer(a, now))) {
        return inTrustedPath(path, e);
      }
      Optional<X509Certificate> issuer =
          Arrays.stream(chain).filter(each -> CertificateFile.isIssuer(each, now)).findFirst();
      if (issuer.isEmpty()) {
        return unknownIssuer(leaf, last, chain.length, e);
      }
      last = issuer.get();
    }
    return refusal(
        Reason.CLIENT_CERT_UNKNOWN_CA,
        leaf,
        (last.equals(leaf)
                ? "is signed by itself"
                : "leads to the authority " + CertificateFile.name(last))
            + ", which client_ca_file does not hold",
        e);
  }

  private RefusedCertificate unknownIssuer(
      X509Certificate leaf, X509Certificate last, int sent, CertificateException e) {
    String issuer = last.getIssuerX500Principal().getName();
    if (authorities.stream()
        .anyMatch(a -> a.getSubjectX500Principal().equals(last.getIssuerX500Principal()))) {
      return refusal(
          Reason.CLIENT_CERT_UNKNOWN_CA,
          leaf,
          "names the issuer "
              + issuer
              + ", but another key has signed it than that in"
              + " client_ca_file",
          e);
    }
    return refusal(
        Reason.CLIENT_CERT_CHAIN_INCOMPLETE,
        leaf,
        "came with "
            + (sent - 1)
            + " more, and the issuer "
            + issuer
            + " is neither among them nor in client_ca_file: if it is an intermediate one, let the"
            + " client send it behind its own; if it is a root, add it to client_ca_file, or it is"
            + " an authority that is not yours",
        e);
  }

  private RefusedCertificate inTrustedPath(List<X509Certificate> path, CertificateException e) {
    Instant now = clock.instant();
    for (X509Certificate each : path) {
      if (now.isAfter(each.getNotAfter().toInstant())) {
        return refusal(
            Reason.CLIENT_CERT_EXPIRED, each, "expired at " + each.getNotAfter().toInstant(), e);
      }
      if (now.isBefore(each.getNotBefore().toInstant())) {
        return refusal(
            Reason.CLIENT_CERT_NOT_YET_VALID,
            each,
            "is not valid before " + each.getNotBefore().toInstant() + "; is a clock wrong?",
            e);
      }
    }
    X509Certificate leaf = path.getFirst();
    if (!isForClients(leaf)) {
      return refusal(
          Reason.CLIENT_CERT_WRONG_USAGE,
          leaf,
          "is not for TLS clients: its extended key usage lacks clientAuth, or its key usage"
              + " digitalSignature",
          e);
    }
    return refusal(Reason.CLIENT_CERT_INVALID, leaf, "is refused: " + e.getMessage(), e);
  }

  private static boolean isForClients(X509Certificate certificate) {
    try {
      List<String> extended = certificate.getExtendedKeyUsage();
      boolean[] usage = certificate.getKeyUsage();
      return (extended == null || extended.contains(CLIENT_AUTH) || extended.contains(ANY_USAGE))
          && (usage == null || usage[DIGITAL_SIGNATURE]);
    } catch (CertificateParsingException e) {
      return false;
    }
  }

  private static RefusedCertificate refusal(
      Reason reason, X509Certificate whose, String what, @Nullable CertificateException e) {
    return new RefusedCertificate(
        reason, "the certificate " + CertificateFile.name(whose) + " " + what, e);
  }
}

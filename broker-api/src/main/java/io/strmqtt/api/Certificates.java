package io.strmqtt.api;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;

/** X.509 from DER. */
final class Certificates {
  private Certificates() {}

  static Optional<X509Certificate> parse(byte[] der) {
    try {
      return Optional.of(
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der)));
    } catch (CertificateException e) {
      return Optional.empty();
    }
  }
}

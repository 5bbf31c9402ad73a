package io.strmqtt.dist.cli.proxy;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** What the far side of a TLS connection showed. */
final class Presented {
  private Presented() {}

  static void describe(SSLSession session, Lines lines) {
    lines.add("tls", session.getProtocol() + " " + session.getCipherSuite());
    try {
      for (Certificate certificate : session.getPeerCertificates()) {
        if (certificate instanceof X509Certificate x509) {
          describe(x509, lines);
        }
      }
    } catch (SSLPeerUnverifiedException e) {
      lines.add("certificate", "none");
    } catch (GeneralSecurityException e) {
      lines.add("certificate", "unreadable: " + WireText.of(String.valueOf(e.getMessage())));
    }
  }

  private static void describe(X509Certificate certificate, Lines lines)
      throws GeneralSecurityException {
    lines.add("certificate", WireText.of(certificate.getSubjectX500Principal().getName()));
    lines.add("  issuer", WireText.of(certificate.getIssuerX500Principal().getName()));
    lines.add(
        "  valid until",
        DateTimeFormatter.ISO_INSTANT.format(
            certificate.getNotAfter().toInstant().atOffset(ZoneOffset.UTC)));
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
    lines.add("  sha-256", HexFormat.of().formatHex(digest));
  }
}

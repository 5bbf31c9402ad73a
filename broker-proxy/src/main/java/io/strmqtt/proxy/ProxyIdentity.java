package io.strmqtt.proxy;

import io.strmqtt.api.ProxySsl;
import io.strmqtt.api.ProxyTlvs;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * The user name in a client certificate that a proxy verified. There is one only if the policy asks
 * for it, names the proxies it trusts, and the proxy says that a certificate was presented and
 * passed. Safe on every thread.
 */
final class ProxyIdentity {
  /** rfc822Name, dNSName and uniformResourceIdentifier, RFC 5280 section 4.2.1.6. */
  private static final Set<Integer> NAMES = Set.of(1, 2, 6);

  private ProxyIdentity() {}

  /** The name; empty as well if it is empty or holds control characters. */
  static Optional<String> of(ProxyPolicy policy, ProxyTlvs tlvs) {
    if (policy.tlsIdentity() == ProxyPolicy.TlsIdentity.NONE || policy.trusted().isEmpty()) {
      return Optional.empty();
    }
    return tlvs.ssl()
        .filter(ProxySsl::hasVerifiedCertificate)
        .flatMap(session -> name(policy.tlsIdentity(), session))
        .filter(name -> !name.isEmpty() && name.chars().noneMatch(Character::isISOControl));
  }

  private static Optional<String> name(ProxyPolicy.TlsIdentity kind, ProxySsl session) {
    return switch (kind) {
      case NONE -> Optional.empty();
      case CN -> session.commonName();
      case DN ->
          session
              .certificate()
              .map(c -> c.getSubjectX500Principal().getName(X500Principal.RFC2253));
      case SAN -> session.certificate().flatMap(ProxyIdentity::alternativeName);
      case FINGERPRINT -> session.certificateDer().map(ProxyIdentity::sha256);
    };
  }

  private static Optional<String> alternativeName(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? Optional.empty()
          : names.stream()
              .filter(name -> NAMES.contains(name.get(0)))
              .map(name -> String.valueOf(name.get(1)))
              .findFirst();
    } catch (CertificateParsingException e) {
      return Optional.empty();
    }
  }

  private static String sha256(byte[] der) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}

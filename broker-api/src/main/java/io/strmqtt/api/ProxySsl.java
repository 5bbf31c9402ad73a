package io.strmqtt.api;

import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The TLS session a proxy terminated, from the SSL type-length-value (section 2.2.8 of the
 * specification). What it says of algorithms concerns the server's certificate if the client
 * presented none.
 *
 * @param tls whether the client connected over TLS at all
 * @param certificateOnConnection whether the client presented a certificate on this very connection
 * @param certificateInSession whether it did at least once in the TLS session
 * @param verified whether the proxy verified it successfully; also true where there was none, so
 *     never enough by itself
 * @param commonName CN of the client certificate's subject
 * @param certificateDer the client certificate, as it came
 */
public record ProxySsl(
    boolean tls,
    boolean certificateOnConnection,
    boolean certificateInSession,
    boolean verified,
    Optional<String> version,
    Optional<String> cipher,
    Optional<String> commonName,
    Optional<String> signatureAlgorithm,
    Optional<String> keyAlgorithm,
    Optional<String> group,
    Optional<String> signatureScheme,
    Optional<byte[]> certificateDer) {

  /**
   * Whether the client presented a certificate and the proxy verified it: only then is a name in it
   * an identity.
   */
  public boolean hasVerifiedCertificate() {
    return (certificateOnConnection || certificateInSession) && verified;
  }

  /**
   * The client certificate, parsed anew with each call; empty if there is none, or it is not X.509.
   */
  public Optional<X509Certificate> certificate() {
    return certificateDer.flatMap(Certificates::parse);
  }

  /** By content, arrays included. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ProxySsl that && values().equals(that.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  private List<Object> values() {
    return List.of(
        tls,
        certificateOnConnection,
        certificateInSession,
        verified,
        version,
        cipher,
        commonName,
        signatureAlgorithm,
        keyAlgorithm,
        group,
        signatureScheme,
        certificateDer.map(ByteBuffer::wrap));
  }
}

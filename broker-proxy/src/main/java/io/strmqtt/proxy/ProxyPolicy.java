package io.strmqtt.proxy;

import io.strmqtt.api.ProxyHeader;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;

/**
 * What a listener expects in front of everything else, and whom it believes.
 *
 * @param mode whether a header must, may or must not come
 * @param trusted whose headers are believed; empty with {@code REQUIRED} is everyone's, otherwise
 *     nobody's
 * @param exempt who connects without a header; a header from them is refused. Wins over {@code
 *     trusted}
 * @param versions the accepted versions; at least one
 * @param headerTimeout how long the whole header may take from the connection's start; positive
 *     (the configuration allows 3 to 30 seconds)
 * @param maxHeaderSize the greatest declared length of a version 2 header in bytes, 216 (a pair of
 *     UNIX addresses) to 65,535
 * @param maxPending connections of the listener that may wait for a header at a time, at least 1
 * @param maxPendingPerPeer the same for one peer address, at least 1
 * @param crc32c what is asked of the checksum
 * @param tlsIdentity what of the proxy's TLS session serves as user name
 */
public record ProxyPolicy(
    Mode mode,
    CidrSet trusted,
    CidrSet exempt,
    Set<ProxyHeader.Version> versions,
    Duration headerTimeout,
    int maxHeaderSize,
    int maxPending,
    int maxPendingPerPeer,
    Crc32c crc32c,
    TlsIdentity tlsIdentity) {

  /** Whether a header must come. */
  public enum Mode {
    /** None may come; the first bytes are looked at all the same, to say so. */
    OFF,
    /** Each connection must begin with one. */
    REQUIRED,
    /** Trusted peers may send one. */
    OPTIONAL,
    /**
     * As optional; connections without one are counted and warned of, to see whether it can be
     * required.
     */
    OBSERVE
  }

  /** What is asked of the checksum (0x03). */
  public enum Crc32c {
    /** It is verified if it is there. */
    VERIFY,
    /** It must be there, and match; version 1 has none and is accepted. */
    REQUIRE,
    /** It is not looked at, but for its length. */
    IGNORE
  }

  /** What of a client certificate that the proxy verified serves as user name. */
  public enum TlsIdentity {
    NONE,
    /** The common name, as the proxy tells it. */
    CN,
    /** The whole subject (RFC 2253); needs the certificate itself (0x28). */
    DN,
    /**
     * The first DNS name, e-mail address or URI of the subject alternative names; needs the
     * certificate.
     */
    SAN,
    /** SHA-256 of the certificate in lower-case hex; needs the certificate. */
    FINGERPRINT
  }

  public ProxyPolicy {
    versions = Set.copyOf(versions);
    if (versions.isEmpty()) {
      throw new IllegalArgumentException("versions must not be empty");
    }
    if (!headerTimeout.isPositive()) {
      throw new IllegalArgumentException("headerTimeout must be positive: " + headerTimeout);
    }
    if (maxHeaderSize < 216 || maxHeaderSize > 0xffff) {
      throw new IllegalArgumentException(
          "maxHeaderSize must be from 216 to 65535: " + maxHeaderSize);
    }
    if (maxPending < 1 || maxPendingPerPeer < 1) {
      throw new IllegalArgumentException("maxPending and maxPendingPerPeer must be at least 1");
    }
  }

  /** The defaults, with a mode. */
  public static ProxyPolicy of(Mode mode) {
    return new ProxyPolicy(
        mode,
        CidrSet.EMPTY,
        CidrSet.EMPTY,
        Set.of(ProxyHeader.Version.V1, ProxyHeader.Version.V2),
        Duration.ofSeconds(5),
        4096,
        20_000,
        1024,
        Crc32c.VERIFY,
        TlsIdentity.NONE);
  }

  /** The same with another mode. */
  public ProxyPolicy withMode(Mode other) {
    return new ProxyPolicy(
        other,
        trusted,
        exempt,
        versions,
        headerTimeout,
        maxHeaderSize,
        maxPending,
        maxPendingPerPeer,
        crc32c,
        tlsIdentity);
  }

  /** What a listener expects of one peer. */
  enum Standing {
    /** A header must come. */
    MUST_ANNOUNCE,
    /** A header may come. */
    MAY_ANNOUNCE,
    /** None may come: the listener expects none, or the peer is exempt. */
    MUST_NOT_ANNOUNCE,
    /** None may come, because it would not be believed; an ordinary client. */
    NOT_BELIEVED,
    /** A header must come and would not be believed. */
    NOT_ADMITTED
  }

  /** What is expected of a peer, by its socket's address. */
  Standing standing(InetAddress peer) {
    if (mode == Mode.OFF || exempt.contains(peer)) {
      return Standing.MUST_NOT_ANNOUNCE;
    }
    boolean required = mode == Mode.REQUIRED;
    if (required ? trusted.isEmpty() || trusted.contains(peer) : trusted.contains(peer)) {
      return required ? Standing.MUST_ANNOUNCE : Standing.MAY_ANNOUNCE;
    }
    return required ? Standing.NOT_ADMITTED : Standing.NOT_BELIEVED;
  }

  /** Whether headers are read at all. */
  public boolean enabled() {
    return mode != Mode.OFF;
  }
}

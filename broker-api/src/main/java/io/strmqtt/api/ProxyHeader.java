package io.strmqtt.api;

import java.util.Objects;
import java.util.Optional;

/**
 * What the PROXY protocol header of a connection said about itself and about the client. Immutable,
 * safe on every thread.
 *
 * @param version the header's version
 * @param kind whether it carried an address that is used
 * @param tlvs what a version 2 header carried behind the addresses; {@link ProxyTlvs#NONE} if
 *     nothing
 * @param identity the user name that the listener's {@code tls_identity} finds in a client
 *     certificate the proxy verified; see {@link ClientEndpoint#proxyIdentity}
 */
public record ProxyHeader(Version version, Kind kind, ProxyTlvs tlvs, Optional<String> identity) {

  public ProxyHeader {
    Objects.requireNonNull(version);
    Objects.requireNonNull(kind);
    Objects.requireNonNull(tlvs);
    Objects.requireNonNull(identity);
  }

  /** A header without an identity. */
  public ProxyHeader(Version version, Kind kind, ProxyTlvs tlvs) {
    this(version, kind, tlvs, Optional.empty());
  }

  /** PROXY protocol versions, sections 2.1 and 2.2 of the specification. */
  public enum Version {
    V1("v1"),
    V2("v2");

    private final String label;

    Version(String label) {
      this.label = label;
    }

    /** {@code v1} or {@code v2}, as in logs and in the API. */
    public String label() {
      return label;
    }
  }

  /** Where the effective address came from. */
  public enum Kind {
    /** The header named the client's address. */
    PROXIED,
    /** v2 LOCAL: the proxy speaks for itself (a health check); real endpoints. */
    LOCAL,
    /** v1 UNKNOWN, or v2 with a family that has no address for us; real endpoints. */
    UNKNOWN
  }
}

package io.strmqtt.proxy;

import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.Reason;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * What the first bytes of a connection are. The first answer other than {@link NeedMore} over any
 * prefix of a stream is the answer for the stream: segmentation never changes it.
 */
public sealed interface ProxyVerdict {

  /** The bytes so far begin a header, and do not end it. */
  enum NeedMore implements ProxyVerdict {
    INSTANCE
  }

  /**
   * A complete header.
   *
   * @param version 1 or 2
   * @param kind whether the addresses are to be used
   * @param addresses what it says of the connection's ends; {@link AddressPair#NONE} exactly unless
   *     the kind is {@link ProxyHeader.Kind#PROXIED}
   * @param length bytes of the whole header: 15 to 107 for version 1, 16 and more for version 2
   * @param tlvs what a version 2 header with the command PROXY and an address family carried behind
   *     the addresses; {@link ProxyTlvs#NONE} otherwise, as receivers skip what the others carry
   */
  record Header(
      ProxyHeader.Version version,
      ProxyHeader.Kind kind,
      AddressPair addresses,
      int length,
      ProxyTlvs tlvs)
      implements ProxyVerdict {

    public Header {
      Objects.requireNonNull(version);
      Objects.requireNonNull(kind);
      Objects.requireNonNull(tlvs);
      if (addresses.equals(AddressPair.NONE) == (kind == ProxyHeader.Kind.PROXIED)) {
        throw new IllegalArgumentException("addresses are for PROXIED, and only for it");
      }
    }

    /** The client's address; present exactly for {@link ProxyHeader.Kind#PROXIED}. */
    public Optional<InetSocketAddress> source() {
      return kind == ProxyHeader.Kind.PROXIED ? Optional.of(addresses.source()) : Optional.empty();
    }

    /** The address the client connected to; present exactly if {@link #source} is. */
    public Optional<InetSocketAddress> destination() {
      return kind == ProxyHeader.Kind.PROXIED
          ? Optional.of(addresses.destination())
          : Optional.empty();
    }

    /** A header whose sender, not whose content, says where the connection comes from. */
    static Header withoutAddresses(ProxyHeader.Version version, ProxyHeader.Kind kind, int length) {
      return new Header(version, kind, AddressPair.NONE, length, ProxyTlvs.NONE);
    }
  }

  /**
   * No header this broker accepts.
   *
   * @param reason the name of the refusal
   * @param detail for people: what was found; made of our words and numbers, never of text from the
   *     wire
   * @param offset the byte, counted from 0, at which it was found
   */
  record Reject(Reason reason, String detail, int offset) implements ProxyVerdict {}
}

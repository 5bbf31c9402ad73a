package io.strmqtt.api;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The type-length-values of a version 2 PROXY header (section 2.2.7 of the specification), typed.
 * Text is UTF-8 without control characters.
 *
 * <p>Values are read when they are asked for: most connections are never asked. Arrays are made
 * anew with each call. Immutable, safe on every thread.
 */
public interface ProxyTlvs {

  /** No values. */
  ProxyTlvs NONE =
      new ProxyTlvs() {
        @Override
        public String toString() {
          return "none";
        }
      };

  /** 0x01: the protocol the client negotiated with the proxy's TLS; opaque bytes, mostly ASCII. */
  default Optional<byte[]> alpn() {
    return Optional.empty();
  }

  /** 0x02: the host name the client asked for (SNI), at most 255 bytes. */
  default Optional<String> authority() {
    return Optional.empty();
  }

  /**
   * 0x05: the proxy's id of the connection, at most 128 bytes, opaque; names the connection in log
   * lines.
   */
  default Optional<byte[]> uniqueId() {
    return Optional.empty();
  }

  /** 0x30: the name of the network namespace. */
  default Optional<String> netns() {
    return Optional.empty();
  }

  /** 0x20: the TLS session the proxy terminated. */
  default Optional<ProxySsl> ssl() {
    return Optional.empty();
  }

  /** 0xEA, sub-type 1: the id of the AWS VPC endpoint the client came through. */
  default Optional<String> awsVpcEndpoint() {
    return Optional.empty();
  }

  /** 0xE0: Google's Private Service Connect connection id, an unsigned 64-bit number. */
  default OptionalLong gcpConnection() {
    return OptionalLong.empty();
  }

  /** 0xEE, sub-type 1: Azure's Private Link id, an unsigned 32-bit number. */
  default OptionalLong azureLink() {
    return OptionalLong.empty();
  }

  /** What has no meaning here, and repetitions of what has, in the header's order. */
  default List<Other> others() {
    return List.of();
  }

  /**
   * The unique id as text: as it is if it is printable ASCII without spaces and quotes, so that it
   * stands in a log line by itself; in hex otherwise. Empty if there is none, or it has no bytes.
   */
  default Optional<String> uniqueIdText() {
    return uniqueId().filter(id -> id.length > 0).map(ProxyTlvs::text);
  }

  /** The protocol as text: as it is if it is printable ASCII, in hex otherwise. */
  default Optional<String> alpnText() {
    return alpn().map(ProxyTlvs::text);
  }

  private static String text(byte[] id) {
    for (byte b : id) {
      if (b <= ' ' || b == '"' || b == 0x7f) {
        return HexFormat.of().formatHex(id);
      }
    }
    return new String(id, StandardCharsets.US_ASCII);
  }

  /**
   * A value without a meaning here.
   *
   * @param type 0 to 255
   */
  record Other(int type, byte[] value) {
    /** By content. */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Other that && type == that.type && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return 31 * type + Arrays.hashCode(value);
    }
  }
}

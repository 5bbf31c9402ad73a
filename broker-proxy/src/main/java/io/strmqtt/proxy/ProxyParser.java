package io.strmqtt.proxy;

import static io.strmqtt.api.Reason.BAD_V1;
import static io.strmqtt.api.Reason.NO_HEADER_HTTP;
import static io.strmqtt.api.Reason.NO_HEADER_MQTT;
import static io.strmqtt.api.Reason.NO_HEADER_OTHER;
import static io.strmqtt.api.Reason.NO_HEADER_TLS;
import static io.strmqtt.api.Reason.VERSION_NOT_ALLOWED;

import io.netty.buffer.ByteBuf;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.proxy.ProxyVerdict.NeedMore;
import io.strmqtt.proxy.ProxyVerdict.Reject;
import java.util.Set;

/**
 * Tells what the first bytes of a connection are: a header, something else, or not enough to tell.
 *
 * <p>Stateless: each call looks at all bytes from the start. That is cheap, because a version 1
 * line has at most 107 bytes, and a version 2 header is only walked through once it is complete.
 * Bytes are judged strictly from left to right, which makes the first answer other than {@link
 * NeedMore} final. Safe on every thread that may read the buffer.
 */
public final class ProxyParser {
  private static final Set<ProxyHeader.Version> EITHER =
      Set.of(ProxyHeader.Version.V1, ProxyHeader.Version.V2);

  private ProxyParser() {}

  /**
   * Looks at the readable bytes and consumes none.
   *
   * @param maxHeaderSize the greatest declared length of a version 2 header in bytes
   * @return never {@link NeedMore} for more than 107 bytes of version 1, or 16 and {@code
   *     maxHeaderSize} bytes of version 2
   */
  public static ProxyVerdict parse(ByteBuf in, int maxHeaderSize) {
    return parse(in, maxHeaderSize, EITHER, ProxyPolicy.Crc32c.VERIFY);
  }

  /** The same by the rules of a policy: versions, size and checksum. */
  static ProxyVerdict parse(ByteBuf in, ProxyPolicy policy) {
    return parse(in, policy.maxHeaderSize(), policy.versions(), policy.crc32c());
  }

  private static ProxyVerdict parse(
      ByteBuf in, int maxHeaderSize, Set<ProxyHeader.Version> versions, ProxyPolicy.Crc32c crc) {
    if (!in.isReadable()) {
      return NeedMore.INSTANCE;
    }
    byte first = in.getByte(in.readerIndex());
    if (FirstBytes.isMqttConnect(first)) {
      return new Reject(NO_HEADER_MQTT, "first byte 0x%02x is an MQTT CONNECT".formatted(first), 0);
    }
    return switch (first) {
      case 'P' -> v1(in, versions);
      case '\r' -> v2(in, maxHeaderSize, versions, crc);
      case 0x16 -> new Reject(NO_HEADER_TLS, "first byte 0x16 is a TLS handshake record", 0);
      // GET, HEAD, DELETE, CONNECT, OPTIONS, TRACE (RFC 9110 section 9.3)
      case 'G', 'H', 'D', 'C', 'O', 'T' ->
          new Reject(NO_HEADER_HTTP, "first byte begins an HTTP method", 0);
      default -> new Reject(NO_HEADER_OTHER, "first byte begins no PROXY header", 0);
    };
  }

  private static ProxyVerdict v1(ByteBuf in, Set<ProxyHeader.Version> versions) {
    int offset = Signature.differsFromV1(in);
    if (offset < 0) {
      if (in.readableBytes() < Signature.V1_LENGTH) {
        return NeedMore.INSTANCE;
      }
      return versions.contains(ProxyHeader.Version.V1)
          ? new V1Parser(in).parse()
          : new Reject(VERSION_NOT_ALLOWED, "a version 1 header", 0);
    }
    if (offset == Signature.V1_LENGTH - 1) {
      return new Reject(BAD_V1, "no space after PROXY", offset);
    }
    byte found = in.getByte(in.readerIndex() + offset);
    boolean http =
        switch (offset) {
          case 1 -> found == 'O' || found == 'U' || found == 'A'; // POST, PUT, PATCH
          case 2 -> found == 'I'; // PRI, the preface of HTTP/2
          case 3 -> found == 'P'; // PROPFIND, PROPPATCH
          default -> false;
        };
    return http
        ? new Reject(NO_HEADER_HTTP, "an HTTP method begins like PROXY and differs", offset)
        : new Reject(NO_HEADER_OTHER, "begins like PROXY and differs", offset);
  }

  private static ProxyVerdict v2(
      ByteBuf in, int maxHeaderSize, Set<ProxyHeader.Version> versions, ProxyPolicy.Crc32c crc) {
    int offset = Signature.differsFromV2(in);
    if (offset < 0) {
      if (in.readableBytes() < Signature.V2_LENGTH) {
        return NeedMore.INSTANCE;
      }
      if (!versions.contains(ProxyHeader.Version.V2)) {
        return new Reject(VERSION_NOT_ALLOWED, "a version 2 header", 0);
      }
      return in.readableBytes() == Signature.V2_LENGTH
          ? NeedMore.INSTANCE
          : V2Parser.parse(in, maxHeaderSize, crc);
    }
    // Empty lines before an HTTP request are legal (RFC 9112 section 2.2).
    byte found = in.getByte(in.readerIndex() + offset);
    return offset <= 4 && found >= 'A' && found <= 'Z'
        ? new Reject(NO_HEADER_HTTP, "empty lines and an HTTP method", offset)
        : new Reject(NO_HEADER_OTHER, "begins like the version 2 signature and differs", offset);
  }
}

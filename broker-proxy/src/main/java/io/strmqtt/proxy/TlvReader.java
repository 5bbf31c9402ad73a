package io.strmqtt.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.strmqtt.api.ProxySsl;
import io.strmqtt.api.ProxyTlvs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Type-length-values that {@link Tlvs} has found well-formed, as typed values. Of a type that comes
 * twice the first counts, and the others are kept without a meaning; so are values of the clouds'
 * types that are not made as the cloud makes them, because the types are free for everyone's use.
 */
final class TlvReader {
  private static final int ALPN = 0x01;
  private static final int NOOP = 0x04;
  private static final int GCP = 0xe0;
  private static final int AWS = 0xea;
  private static final int AZURE = 0xee;

  /** The sub-type of AWS and of Azure that has a meaning. */
  private static final int ENDPOINT_ID = 1;

  // Within SSL, section 2.2.8.
  private static final int CLIENT_SSL = 0x01;
  private static final int CLIENT_CERT_CONN = 0x02;
  private static final int CLIENT_CERT_SESS = 0x04;
  private static final int SSL_VERSION = 0x21;
  private static final int SSL_CERTIFICATE = 0x28;

  private final ByteBuf in;
  private final int start;
  private final List<ProxyTlvs.Other> others = new ArrayList<>(0);

  /** The types up to 63 that have come. */
  private long seen;

  private byte @Nullable [] alpn;
  private @Nullable String authority;
  private byte @Nullable [] uniqueId;
  private @Nullable String netns;
  private @Nullable ProxySsl ssl;
  private @Nullable String aws;
  private OptionalLong gcp = OptionalLong.empty();
  private OptionalLong azure = OptionalLong.empty();

  private TlvReader(ByteBuf in) {
    this.in = in;
    this.start = in.readerIndex();
  }

  /**
   * The values between an offset and the header's end.
   *
   * @return {@link ProxyTlvs#NONE} if there are none
   */
  static ProxyTlvs read(ByteBuf in, int from, int length) {
    return from == length ? ProxyTlvs.NONE : new TlvReader(in).read(from, length);
  }

  private ProxyTlvs read(int from, int length) {
    for (int at = from; at < length; at += Tlvs.PREFIX + size(at)) {
      int type = type(at);
      int value = at + Tlvs.PREFIX;
      if (type != Tlvs.CRC32C_CHECKSUM && type != NOOP && !take(type, value, size(at))) {
        others.add(new ProxyTlvs.Other(type, bytes(value, size(at))));
      }
    }
    return new ProxyTlvs(
        Optional.ofNullable(alpn),
        Optional.ofNullable(authority),
        Optional.ofNullable(uniqueId),
        Optional.ofNullable(netns),
        Optional.ofNullable(ssl),
        Optional.ofNullable(aws),
        gcp,
        azure,
        others);
  }

  /** Whether the value has a meaning here. */
  private boolean take(int type, int at, int size) {
    if (type < Long.SIZE && (seen & 1L << type) != 0) {
      return false;
    }
    seen |= type < Long.SIZE ? 1L << type : 0;
    switch (type) {
      case ALPN -> alpn = bytes(at, size);
      case Tlvs.AUTHORITY -> authority = text(at, size);
      case Tlvs.UNIQUE_ID -> uniqueId = bytes(at, size);
      case Tlvs.NETNS -> netns = text(at, size);
      case Tlvs.SSL -> ssl = ssl(at, size);
      case AWS -> {
        return takeAws(at, size);
      }
      case GCP -> {
        return takeGcp(at, size);
      }
      case AZURE -> {
        return takeAzure(at, size);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean takeAws(int at, int size) {
    int from = start + at + 1;
    if (aws != null
        || size < 2
        || in.getByte(start + at) != ENDPOINT_ID
        || PlainText.firstFlaw(in, from, from + size - 1) >= 0) {
      return false;
    }
    aws = text(at + 1, size - 1);
    return true;
  }

  private boolean takeGcp(int at, int size) {
    if (gcp.isPresent() || size != Long.BYTES) {
      return false;
    }
    gcp = OptionalLong.of(in.getLong(start + at));
    return true;
  }

  private boolean takeAzure(int at, int size) {
    if (azure.isPresent() || size != 1 + Integer.BYTES || in.getByte(start + at) != ENDPOINT_ID) {
      return false;
    }
    azure = OptionalLong.of(in.getUnsignedIntLE(start + at + 1));
    return true;
  }

  private ProxySsl ssl(int at, int size) {
    int client = in.getByte(start + at);
    boolean verified = in.getInt(start + at + 1) == 0;
    byte @Nullable [] certificate = null;
    @Nullable String[] texts = new @Nullable String[SSL_CERTIFICATE - SSL_VERSION];
    for (int sub = at + Tlvs.SSL_FIXED; sub < at + size; sub += Tlvs.PREFIX + size(sub)) {
      int type = type(sub);
      if (type == SSL_CERTIFICATE && certificate == null) {
        certificate = bytes(sub + Tlvs.PREFIX, size(sub));
      } else if (type >= SSL_VERSION
          && type < SSL_CERTIFICATE
          && texts[type - SSL_VERSION] == null) {
        texts[type - SSL_VERSION] = text(sub + Tlvs.PREFIX, size(sub));
      }
    }
    return new ProxySsl(
        (client & CLIENT_SSL) != 0,
        (client & CLIENT_CERT_CONN) != 0,
        (client & CLIENT_CERT_SESS) != 0,
        verified,
        Optional.ofNullable(texts[0]), // 0x21, version
        Optional.ofNullable(texts[2]), // 0x23, cipher
        Optional.ofNullable(texts[1]), // 0x22, common name
        Optional.ofNullable(texts[3]), // 0x24, signature algorithm
        Optional.ofNullable(texts[4]), // 0x25, key algorithm
        Optional.ofNullable(texts[5]), // 0x26, group
        Optional.ofNullable(texts[6]), // 0x27, signature scheme
        Optional.ofNullable(certificate));
  }

  private int type(int at) {
    return in.getUnsignedByte(start + at);
  }

  private int size(int at) {
    return in.getUnsignedShort(start + at + 1);
  }

  private byte[] bytes(int at, int size) {
    return ByteBufUtil.getBytes(in, start + at, size);
  }

  private String text(int at, int size) {
    return in.toString(start + at, size, StandardCharsets.UTF_8);
  }
}

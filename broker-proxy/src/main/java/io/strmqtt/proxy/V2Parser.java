package io.strmqtt.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyVerdict.Header;
import io.strmqtt.proxy.ProxyVerdict.NeedMore;
import io.strmqtt.proxy.ProxyVerdict.Reject;
import java.util.Optional;

/**
 * The version 2 header (section 2.2), after its signature. Command, family and length are judged as
 * soon as they are there; what the length covers once all of it is.
 */
final class V2Parser {
  /** Signature, version and command, family and transport, length. */
  static final int FIXED_LENGTH = 16;

  private static final int COMMAND_AT = 12;
  private static final int FAMILY_AT = 13;
  private static final int LENGTH_AT = 14;

  private static final int LOCAL = 0;
  private static final int PROXY = 1;

  private static final int UNSPEC = 0;
  private static final int INET = 1;
  private static final int INET6 = 2;
  private static final int UNIX = 3;

  private static final int STREAM = 1;
  private static final int DATAGRAM = 2;

  private V2Parser() {}

  static ProxyVerdict parse(ByteBuf in, int maxHeaderSize, ProxyPolicy.Crc32c crc) {
    int start = in.readerIndex();
    int readable = in.readableBytes();

    int version = in.getUnsignedByte(start + COMMAND_AT) >> 4;
    int command = in.getByte(start + COMMAND_AT) & 0xf;
    if (version != 2) {
      return new Reject(Reason.BAD_VERSION, "version is " + version, COMMAND_AT);
    }
    if (command != LOCAL && command != PROXY) {
      return new Reject(Reason.BAD_COMMAND, "command is " + command, COMMAND_AT);
    }

    if (readable <= FAMILY_AT) {
      return NeedMore.INSTANCE;
    }
    int family = in.getUnsignedByte(start + FAMILY_AT) >> 4;
    int transport = in.getByte(start + FAMILY_AT) & 0xf;
    if (command == PROXY && (family > UNIX || transport > DATAGRAM)) {
      return new Reject(
          Reason.BAD_FAMILY, "family " + family + ", transport " + transport, FAMILY_AT);
    }
    if (command == PROXY && transport == DATAGRAM) {
      return new Reject(Reason.DATAGRAM, "family " + family + ", transport DGRAM", FAMILY_AT);
    }

    if (readable < FIXED_LENGTH) {
      return NeedMore.INSTANCE;
    }
    int declared = in.getUnsignedShort(start + LENGTH_AT);
    if (declared > maxHeaderSize) {
      return new Reject(
          Reason.TOO_LARGE,
          "declared length " + declared + " is above " + maxHeaderSize,
          LENGTH_AT);
    }
    int addresses = command == PROXY ? addressBlock(family) : 0;
    if (declared < addresses) {
      return new Reject(
          Reason.BAD_LENGTH,
          "declared length " + declared + " is below the " + addresses + " of its address block",
          LENGTH_AT);
    }
    int length = FIXED_LENGTH + declared;
    if (readable < length) {
      return NeedMore.INSTANCE;
    }

    // LOCAL and UNSPEC: the receiver skips what they carry. AWS health checks announce IPv4 and
    // carry type-length-values where its addresses would be, so there is no telling what is what.
    if (command == LOCAL) {
      return Header.withoutAddresses(ProxyHeader.Version.V2, ProxyHeader.Kind.LOCAL, length);
    }
    if (family == UNSPEC) {
      return Header.withoutAddresses(ProxyHeader.Version.V2, ProxyHeader.Kind.UNKNOWN, length);
    }
    int from = FIXED_LENGTH + addresses;
    ProxyTlvs tlvs = ProxyTlvs.NONE;
    if (from < length) {
      byte[] header = ByteBufUtil.getBytes(in, start, length);
      Reject flaw = new Tlvs(header, from).check(crc);
      if (flaw != null) {
        return flaw;
      }
      tlvs = new ReceivedTlvs(header, from);
    } else if (crc == ProxyPolicy.Crc32c.REQUIRE) {
      return Tlvs.noChecksum(from);
    }
    if (family == UNIX || transport != STREAM) {
      return new Header(
          ProxyHeader.Version.V2, ProxyHeader.Kind.UNKNOWN, AddressPair.NONE, length, tlvs);
    }
    AddressPair pair =
        family == INET ? inet(in, start + FIXED_LENGTH) : inet6(in, start + FIXED_LENGTH);
    Optional<String> flaw = new Ip(pair.sourceHigh(), pair.sourceLow()).flawAsSource();
    return flaw.isPresent()
        ? new Reject(Reason.BAD_SOURCE, "source address " + flaw.get(), FIXED_LENGTH)
        : new Header(ProxyHeader.Version.V2, ProxyHeader.Kind.PROXIED, pair, length, tlvs);
  }

  private static AddressPair inet(ByteBuf in, int at) {
    return new AddressPair(
        0,
        Ip.lowOfV4(in.getInt(at)),
        in.getUnsignedShort(at + 8),
        0,
        Ip.lowOfV4(in.getInt(at + 4)),
        in.getUnsignedShort(at + 10));
  }

  private static AddressPair inet6(ByteBuf in, int at) {
    return new AddressPair(
        in.getLong(at),
        in.getLong(at + 8),
        in.getUnsignedShort(at + 32),
        in.getLong(at + 16),
        in.getLong(at + 24),
        in.getUnsignedShort(at + 34));
  }

  /** Bytes of a family's address block: two addresses, and their ports if it has any. */
  private static int addressBlock(int family) {
    return switch (family) {
      case INET -> 12;
      case INET6 -> 36;
      case UNIX -> 216;
      default -> 0;
    };
  }
}

package io.strmqtt.proxy;

import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyVerdict.Reject;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The type-length-values of a complete version 2 header (section 2.2.7): checked before the header
 * counts, and read by {@link ReceivedTlvs} when someone asks.
 *
 * <p>Two flat loops, one for the header and one for what the SSL value holds; nothing recurses.
 * Text that may reach a log, an access rule or an identity is UTF-8 without control characters.
 * UNIQUE_ID and ALPN are opaque bytes by the specification. The types 0xE0 to 0xEF are free for
 * everyone's use: the clouds' own among them get a meaning where they are read, not here.
 */
final class Tlvs {
  static final int AUTHORITY = 0x02;
  static final int CRC32C_CHECKSUM = 0x03;
  static final int UNIQUE_ID = 0x05;
  static final int SSL = 0x20;
  private static final int SSL_VERSION = 0x21;
  private static final int SSL_SIGNATURE_SCHEME = 0x27;
  static final int NETNS = 0x30;

  private static final int MAX_AUTHORITY = 255;
  private static final int MAX_UNIQUE_ID = 128;
  private static final int CRC_LENGTH = 4;

  /** Type and length. */
  static final int PREFIX = 3;

  /** Flags and the result of the verification, before the values inside. */
  static final int SSL_FIXED = 5;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final byte[] ZEROS = new byte[CRC_LENGTH];

  private final byte[] header;
  private final int from;

  /** Offset of the checksum's value, or -1. */
  private int crcAt = -1;

  /**
   * @param header the whole of it, and nothing behind it
   * @param from offset of the first value
   */
  Tlvs(byte[] header, int from) {
    this.header = header;
    this.from = from;
  }

  /**
   * Whether what lies behind the addresses is well-formed.
   *
   * @return null if it is
   */
  @Nullable Reject check(ProxyPolicy.Crc32c crc) {
    int at = from;
    while (at < header.length) {
      Reject reject = room(at, header.length);
      if (reject == null) {
        reject = value(type(at), at + PREFIX, at + PREFIX + size(at));
      }
      if (reject != null) {
        return reject;
      }
      at += PREFIX + size(at);
    }
    return switch (crc) {
      case IGNORE -> null;
      case REQUIRE, VERIFY -> {
        if (crcAt < 0) {
          yield crc == ProxyPolicy.Crc32c.REQUIRE ? noChecksum(from) : null;
        }
        yield crcMatches()
            ? null
            : new Reject(Reason.CRC_MISMATCH, "CRC32C does not match the header", crcAt);
      }
    };
  }

  static Reject noChecksum(int from) {
    return new Reject(Reason.CRC_MISSING, "no CRC32C in the header", from);
  }

  private @Nullable Reject value(int type, int from, int to) {
    int size = to - from;
    return switch (type) {
      case AUTHORITY ->
          size > MAX_AUTHORITY ? bad(from, "AUTHORITY has " + size + " bytes") : text(from, to);
      case CRC32C_CHECKSUM -> {
        if (size != CRC_LENGTH) {
          yield bad(from, "CRC32C has " + size + " bytes");
        }
        if (crcAt >= 0) {
          yield bad(from, "a second CRC32C");
        }
        crcAt = from;
        yield null;
      }
      case UNIQUE_ID -> size > MAX_UNIQUE_ID ? bad(from, "UNIQUE_ID has " + size + " bytes") : null;
      case SSL -> ssl(from, to);
      case NETNS -> text(from, to);
      default -> null;
    };
  }

  private @Nullable Reject ssl(int from, int to) {
    if (to - from < SSL_FIXED) {
      return bad(from, "SSL has " + (to - from) + " bytes");
    }
    int at = from + SSL_FIXED;
    while (at < to) {
      Reject reject = room(at, to);
      if (reject != null) {
        return reject;
      }
      int type = type(at);
      if (type == SSL) {
        return bad(at, "SSL inside SSL");
      }
      // Version, CN, cipher, algorithms, group, scheme; the certificate (0x28) is DER.
      if (type >= SSL_VERSION && type <= SSL_SIGNATURE_SCHEME) {
        reject = text(at + PREFIX, at + PREFIX + size(at));
        if (reject != null) {
          return reject;
        }
      }
      at += PREFIX + size(at);
    }
    return null;
  }

  /** Whether the value at an offset ends where its container does, or before. */
  private @Nullable Reject room(int at, int end) {
    if (end - at < PREFIX) {
      return bad(at, "stray bytes after the last value: " + (end - at));
    }
    return at + PREFIX + size(at) > end
        ? bad(at, "value of type " + type(at) + " exceeds its container")
        : null;
  }

  private @Nullable Reject text(int from, int to) {
    int flaw = PlainText.firstFlaw(header, from, to);
    return flaw < 0
        ? null
        : new Reject(Reason.BAD_IDENTITY, "text is not UTF-8 without control characters", flaw);
  }

  private boolean crcMatches() {
    int behind = crcAt + CRC_LENGTH;
    CRC32C crc = new CRC32C();
    crc.update(header, 0, crcAt);
    crc.update(ZEROS, 0, CRC_LENGTH);
    crc.update(header, behind, header.length - behind);
    return (int) crc.getValue() == (int) INT.get(header, crcAt);
  }

  private int type(int at) {
    return header[at] & 0xff;
  }

  private int size(int at) {
    return (header[at + 1] & 0xff) << 8 | header[at + 2] & 0xff;
  }

  private static Reject bad(int offset, String detail) {
    return new Reject(Reason.BAD_TLV, detail, offset);
  }
}

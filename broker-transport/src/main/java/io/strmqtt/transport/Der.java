package io.strmqtt.transport;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;

/** As much of DER as it takes to put an older kind of key into the PKCS #8 that Java reads. */
final class Der {
  static final int SEQUENCE = 0x30;
  static final int INTEGER = 0x02;
  static final int OCTET_STRING = 0x04;
  static final int OBJECT_IDENTIFIER = 0x06;
  static final int CONTEXT_0 = 0xA0;

  /** {@code SEQUENCE { rsaEncryption, NULL }}. */
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  /** id-ecPublicKey. */
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  /** What a binary file may be. */
  enum Kind {
    KEY,
    PKCS12,
    OTHER
  }

  private final byte[] bytes;
  private int at;
  private final int end;

  private Der(byte[] bytes, int at, int end) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  static Der of(byte[] bytes) {
    return new Der(bytes, 0, bytes.length);
  }

  /** The tag of the next element, or -1 at the end. */
  int tag() {
    return at < end ? bytes[at] & 0xFF : -1;
  }

  /**
   * What is in the next element, which is passed over.
   *
   * @throws IllegalArgumentException if it is not whole
   */
  Der next() {
    require(at + 2 <= end);
    int length = bytes[at + 1] & 0xFF;
    int begin = at + 2;
    if (length > 0x7F) {
      int octets = length & 0x7F;
      require(octets >= 1 && octets <= 3 && begin + octets <= end);
      length = 0;
      for (int i = 0; i < octets; i++) {
        length = length << 8 | bytes[begin++] & 0xFF;
      }
    }
    require(length <= end - begin);
    at = begin + length;
    return new Der(bytes, begin, at);
  }

  byte[] rest() {
    return Arrays.copyOfRange(bytes, at, end);
  }

  private static void require(boolean whole) {
    if (!whole) {
      throw new IllegalArgumentException("not whole");
    }
  }

  static Kind kind(byte[] file) {
    try {
      Der in = of(file).next();
      if (in.tag() != INTEGER) {
        return Kind.OTHER;
      }
      byte[] version = in.next().rest();
      return version.length == 1 && version[0] == 3 ? Kind.PKCS12 : Kind.KEY;
    } catch (IllegalArgumentException e) {
      return Kind.OTHER;
    }
  }

  /** The object identifier of a PKCS #8 key's algorithm, in hex. */
  static String algorithm(byte[] pkcs8) {
    Der key = of(pkcs8).next();
    key.next();
    return HexFormat.of().formatHex(key.next().next().rest());
  }

  /** The object identifier of an elliptic curve's key, in hex; empty if it has none. */
  static String curve(byte[] pkcs8) {
    Der key = of(pkcs8).next();
    key.next();
    Der algorithm = key.next();
    algorithm.next();
    return algorithm.tag() == OBJECT_IDENTIFIER
        ? HexFormat.of().formatHex(algorithm.next().rest())
        : "";
  }

  /** RFC 8017, appendix A.1.2, as RFC 5208 wants it. */
  static byte[] fromPkcs1(byte[] key) {
    return pkcs8(RSA, key);
  }

  /**
   * RFC 5915, as RFC 5208 wants it.
   *
   * @throws IllegalArgumentException unless the key names its curve
   */
  static byte[] fromSec1(byte[] key) {
    Der in = of(key).next();
    in.next();
    in.next();
    require(in.tag() == CONTEXT_0);
    Der parameters = in.next();
    require(parameters.tag() == OBJECT_IDENTIFIER);
    return pkcs8(element(SEQUENCE, EC, parameters.rest()), key);
  }

  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    return element(SEQUENCE, new byte[] {INTEGER, 1, 0}, algorithm, element(OCTET_STRING, key));
  }

  private static byte[] element(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      int octets = length > 0xFFFF ? 3 : length > 0xFF ? 2 : 1;
      out.write(0x80 | octets);
      for (int i = octets - 1; i >= 0; i--) {
        out.write(length >> 8 * i);
      }
    }
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}

package io.strmqtt.proxy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An IP address as the 128 bits of an IPv6 one; IPv4 is what is mapped into it (RFC 4291 section
 * 2.5.5.2), so both ways to write an IPv4 address are one.
 *
 * @param high the first eight bytes
 * @param low the last eight
 */
record Ip(long high, long low) {
  private static final long MAPPED = 0xffffL << 32;

  static Ip v4(int bits) {
    return new Ip(0, lowOfV4(bits));
  }

  static long lowOfV4(int bits) {
    return MAPPED | Integer.toUnsignedLong(bits);
  }

  static Ip of(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address
        ? v4(
            (bytes[0] & 0xff) << 24
                | (bytes[1] & 0xff) << 16
                | (bytes[2] & 0xff) << 8
                | bytes[3] & 0xff)
        : new Ip(eight(bytes, 0), eight(bytes, 8));
  }

  private static long eight(byte[] bytes, int from) {
    long bits = 0;
    for (int i = from; i < from + 8; i++) {
      bits = bits << 8 | bytes[i] & 0xff;
    }
    return bits;
  }

  /**
   * The address of a text: IPv4 or IPv6 by the grammar of {@code inet_pton}, never a name; null if
   * it is none.
   */
  static @Nullable Ip parse(String text) {
    Ip v4 = parse(text, true);
    return v4 != null ? v4 : parse(text, false);
  }

  private static @Nullable Ip parse(String text, boolean v4) {
    AddressReader reader = new AddressReader();
    reader.begin(v4);
    for (int i = 0; i < text.length(); i++) {
      if (!reader.accept(text.charAt(i))) {
        return null;
      }
    }
    return reader.end() ? new Ip(reader.high(), reader.low()) : null;
  }

  boolean isV4() {
    return high == 0 && low >>> 32 == 0xffff;
  }

  /** Why no client can have the address; empty if one can. */
  Optional<String> flawAsSource() {
    if (isV4() ? (int) low == 0 : (high | low) == 0) {
      return Optional.of("is unspecified");
    }
    // The address of all ones is no multicast address, although it lies in ff00::/8: RFC 4291
    // section 2.7 wants the first flag to be 0. The specification's longest line carries it.
    boolean multicast =
        isV4() ? (int) low >>> 28 == 0xe : high >>> 56 == 0xff && (high & low) != -1;
    return multicast ? Optional.of("is multicast") : Optional.empty();
  }

  InetAddress toInetAddress() {
    byte[] bytes = new byte[isV4() ? 4 : 16];
    for (int i = 0; i < bytes.length; i++) {
      int fromEnd = bytes.length - 1 - i;
      bytes[i] = (byte) ((fromEnd < 8 ? low : high) >>> 8 * (fromEnd & 7));
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }
}

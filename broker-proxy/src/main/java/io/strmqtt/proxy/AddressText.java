package io.strmqtt.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * IP addresses as text, by the grammar of {@code inet_pton} and not a character more: no zone ids,
 * no brackets, no leading zeros in decimal, no look-ups.
 */
final class AddressText {
  private AddressText() {}

  /** The 4 or 16 bytes of an IPv4 or IPv6 address, or null. */
  static byte @Nullable [] parse(String text) {
    if (text.isEmpty()) {
      return null;
    }
    ByteBuf in = Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
    byte[] v4 = v4(in, 0, in.readableBytes());
    return v4 != null ? v4 : v6(in, 0, in.readableBytes());
  }

  /**
   * The four bytes of a dotted quad that fills a range.
   *
   * @param from index of its first byte
   * @param to index behind its last byte
   * @return null if it is none
   */
  static byte @Nullable [] v4(ByteBuf in, int from, int to) {
    byte[] ip = new byte[4];
    return v4(in, from, to, ip, 0) ? ip : null;
  }

  /** The sixteen bytes of an IPv6 address that fills a range, or null. */
  static byte @Nullable [] v6(ByteBuf in, int from, int to) {
    byte[] ip = new byte[16];
    int filled = 0;
    int gap = -1;
    int i = from;
    if (in.getByte(from) == ':') {
      if (to - from < 2 || in.getByte(from + 1) != ':') {
        return null;
      }
      gap = 0;
      i += 2;
    }
    while (i < to) {
      int group = i;
      int value = 0;
      while (i < to && Character.digit(in.getByte(i), 16) >= 0) {
        if (i - group == 4) {
          return null;
        }
        value = value << 4 | Character.digit(in.getByte(i), 16);
        i++;
      }
      if (i < to && in.getByte(i) == '.') {
        if (filled > 12 || !v4(in, group, to, ip, filled)) {
          return null;
        }
        filled += 4;
        break;
      }
      if (i == group || filled == 16) {
        return null;
      }
      ip[filled++] = (byte) (value >> 8);
      ip[filled++] = (byte) value;
      if (i == to) {
        break;
      }
      if (in.getByte(i) != ':' || i + 1 == to) {
        return null;
      }
      i++;
      if (in.getByte(i) == ':') {
        if (gap >= 0) {
          return null;
        }
        gap = filled;
        i++;
      }
    }
    if (gap < 0) {
      return filled == 16 ? ip : null;
    }
    if (filled == 16) { // "::" stands for one group at least
      return null;
    }
    byte[] whole = new byte[16];
    System.arraycopy(ip, 0, whole, 0, gap);
    System.arraycopy(ip, gap, whole, 16 - (filled - gap), filled - gap);
    return whole;
  }

  private static boolean v4(ByteBuf in, int from, int to, byte[] out, int at) {
    int octet = 0;
    int value = 0;
    int digits = 0;
    for (int i = from; i < to; i++) {
      byte b = in.getByte(i);
      if (b == '.') {
        if (digits == 0 || octet == 3) {
          return false;
        }
        out[at + octet++] = (byte) value;
        value = 0;
        digits = 0;
        continue;
      }
      if (b < '0' || b > '9' || digits > 0 && value == 0) {
        return false;
      }
      value = value * 10 + b - '0';
      digits++;
      if (value > 255) {
        return false;
      }
    }
    if (digits == 0 || octet != 3) {
      return false;
    }
    out[at + 3] = (byte) value;
    return true;
  }
}

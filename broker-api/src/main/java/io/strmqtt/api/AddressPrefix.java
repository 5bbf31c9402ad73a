package io.strmqtt.api;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * A network in CIDR notation (RFC 4632, RFC 4291 section 2.3). IPv4-mapped IPv6 addresses count as
 * IPv4. Immutable, safe on every thread.
 *
 * @param address the network's own: no bit is set behind the prefix
 * @param bits length of the prefix, 0 to 32 or 128
 */
public record AddressPrefix(InetAddress address, int bits) {
  private static final Pattern V4 = Pattern.compile("(0|[1-9]\\d{0,2})([.](0|[1-9]\\d{0,2})){3}");
  private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]{2,45}");
  private static final Pattern LENGTH = Pattern.compile("0|[1-9]\\d{0,2}");
  private static final int MAPPED_BITS = 96;

  public AddressPrefix {
    byte[] bytes = address.getAddress();
    if (bits < 0 || bits > 8 * bytes.length) {
      throw new IllegalArgumentException(
          "the prefix length is a number from 0 to " + 8 * bytes.length);
    }
    for (int i = bits; i < 8 * bytes.length; i++) {
      if ((bytes[i / 8] >> 7 - i % 8 & 1) != 0) {
        throw new IllegalArgumentException("the address has bits beyond its prefix");
      }
    }
  }

  /**
   * The network of a text; never looks up a name.
   *
   * @param text {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or an address, which stands for itself
   * @throws IllegalArgumentException if it is malformed, saying what is wrong without citing it
   */
  public static AddressPrefix parse(String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    boolean v4 = V4.matcher(host).matches();
    InetAddress address = literal(host, v4);
    int mapped = !v4 && address instanceof Inet4Address ? MAPPED_BITS : 0;
    int width = 8 * address.getAddress().length;
    if (slash < 0) {
      return new AddressPrefix(address, width);
    }
    String length = text.substring(slash + 1);
    int bits = LENGTH.matcher(length).matches() ? Integer.parseInt(length) - mapped : -1;
    if (bits < 0 || bits > width) {
      throw new IllegalArgumentException(
          "the prefix length is a number from " + mapped + " to " + (mapped + width));
    }
    return new AddressPrefix(address, bits);
  }

  private static InetAddress literal(String host, boolean v4) {
    if (v4 || host.indexOf(':') >= 0 && V6.matcher(host).matches()) {
      try {
        return InetAddress.ofLiteral(host);
      } catch (IllegalArgumentException e) {
        // said below
      }
    }
    throw new IllegalArgumentException("an IPv4 or IPv6 address or network is expected");
  }

  public boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] its = other.getAddress();
    if (mine.length != its.length) {
      return false;
    }
    for (int i = 0; i < bits; i += 8) {
      int counts = bits - i >= 8 ? 0xff : 0xff << 8 - (bits - i) & 0xff;
      if (((mine[i / 8] ^ its[i / 8]) & counts) != 0) {
        return false;
      }
    }
    return true;
  }

  /** {@code 10.0.0.0/8}, {@code 2001:db8::/32} (RFC 5952). */
  @Override
  public String toString() {
    return IpText.of(address) + "/" + bits;
  }
}

package io.strmqtt.proxy;

import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyVerdict.Header;
import io.strmqtt.proxy.ProxyVerdict.Reject;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** From the bytes of a header's addresses to its verdict; both versions end here. */
final class Addresses {
  private Addresses() {}

  /**
   * A header that names its client, unless no client can have that source address.
   *
   * @param source 4 or 16 bytes, as {@code destination}
   * @param length of the whole header, in bytes
   * @param sourceAt offset of the source address in the header
   */
  static ProxyVerdict proxied(
      ProxyHeader.Version version,
      byte[] source,
      int sourcePort,
      byte[] destination,
      int destinationPort,
      int length,
      int sourceAt,
      ProxyTlvs tlvs) {
    InetAddress client = ip(source);
    if (client.isAnyLocalAddress()) {
      return new Reject(Reason.BAD_SOURCE, "source address is unspecified", sourceAt);
    }
    if (isMulticast(client)) {
      return new Reject(Reason.BAD_SOURCE, "source address is multicast", sourceAt);
    }
    return new Header(
        version,
        ProxyHeader.Kind.PROXIED,
        Optional.of(new InetSocketAddress(client, sourcePort)),
        Optional.of(new InetSocketAddress(ip(destination), destinationPort)),
        length,
        tlvs);
  }

  /** Whether it is a group's address, which no client can have. */
  static boolean isMulticast(InetAddress address) {
    return address.isMulticastAddress() && !isAllOnes(address);
  }

  /**
   * The address of all ones is no multicast address, although it lies in ff00::/8: RFC 4291 section
   * 2.7 wants the first flag to be 0. The specification's longest line carries it.
   */
  private static boolean isAllOnes(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return false;
    }
    for (byte b : address.getAddress()) {
      if (b != -1) {
        return false;
      }
    }
    return true;
  }

  /**
   * The address of 4 or 16 bytes. An IPv4-mapped IPv6 address becomes an IPv4 address: {@code
   * getByAddress} sees to that.
   */
  static InetAddress ip(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }
}

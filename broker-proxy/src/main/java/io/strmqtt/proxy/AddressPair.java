package io.strmqtt.proxy;

import java.net.InetSocketAddress;

/**
 * The two ends of a connection as a header names them, each as the 128 bits of an IPv6 address, an
 * IPv4 one as the IPv6 address it is mapped to. They become objects when asked for.
 *
 * @param sourcePort 0 to 65535, as {@code destinationPort}
 */
public record AddressPair(
    long sourceHigh,
    long sourceLow,
    int sourcePort,
    long destinationHigh,
    long destinationLow,
    int destinationPort) {

  /** No addresses; nobody connects from the unspecified one. */
  public static final AddressPair NONE = new AddressPair(0, 0, 0, 0, 0, 0);

  /** The client. */
  public InetSocketAddress source() {
    return new InetSocketAddress(new Ip(sourceHigh, sourceLow).toInetAddress(), sourcePort);
  }

  /** What the client connected to. */
  public InetSocketAddress destination() {
    return new InetSocketAddress(
        new Ip(destinationHigh, destinationLow).toInetAddress(), destinationPort);
  }
}

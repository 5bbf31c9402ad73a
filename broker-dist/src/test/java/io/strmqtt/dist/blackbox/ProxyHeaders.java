package io.strmqtt.dist.blackbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** PROXY protocol headers, byte for byte as the specification has them. */
final class ProxyHeaders {
  /** Version 1 without an address. */
  static final byte[] UNKNOWN = "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Version 2, what a proxy's own health check sends. */
  static final byte[] LOCAL = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000");

  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  private ProxyHeaders() {}

  /** Version 1: a client's address and port, in front of {@code 192.0.2.1} or its IPv6 like. */
  static byte[] v1(String client, int port) {
    boolean ipv6 = client.indexOf(':') >= 0;
    return "PROXY %s %s %s %d 1883\r\n"
        .formatted(ipv6 ? "TCP6" : "TCP4", client, ipv6 ? "2001:db8::1" : "192.0.2.1", port)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Version 2 of the same. */
  static byte[] v2(String client, int port) {
    try {
      byte[] source = InetAddress.getByName(client).getAddress();
      boolean ipv6 = source.length == 16;
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(
          HexFormat.of().parseHex(SIGNATURE + "21" + (ipv6 ? "21" + "0024" : "11" + "000c")));
      out.writeBytes(source);
      out.writeBytes(InetAddress.getByName(ipv6 ? "2001:db8::1" : "192.0.2.1").getAddress());
      out.write(port >> 8);
      out.write(port);
      out.write(1883 >> 8);
      out.write(1883);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The version by its label. */
  static byte[] of(String version, String client, int port) {
    return version.equals("v1") ? v1(client, port) : v2(client, port);
  }
}

package io.strmqtt.proxy;

import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** Headers written by hand, right or wrong, and parsed. */
final class Bytes {
  static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  static final byte[] V4_ADDRESSES = hex("cb007107c6336402dc04075b");

  private Bytes() {}

  static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  static byte[] tlv(int type, byte[]... value) {
    byte[] joined = join(value);
    return join(
        new byte[] {(byte) type, (byte) (joined.length >> 8), (byte) joined.length}, joined);
  }

  /** A version 2 header with its length filled in. */
  static byte[] v2(int command, int family, byte[]... body) {
    byte[] joined = join(body);
    return join(
        hex(SIGNATURE),
        new byte[] {
          (byte) command, (byte) family, (byte) (joined.length >> 8), (byte) joined.length
        },
        joined);
  }

  /** PROXY, TCP over IPv4, 203.0.113.7:56324, with type-length-values. */
  static byte[] tcp4(byte[]... tlvs) {
    return v2(0x21, 0x11, V4_ADDRESSES, join(tlvs));
  }

  /** Fills in the checksum of a header whose last value is a CRC32C of zeros. */
  static byte[] sealed(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header);
    int value = (int) crc.getValue();
    for (int i = 0; i < 4; i++) {
      header[header.length - 4 + i] = (byte) (value >> 24 - 8 * i);
    }
    return header;
  }

  static ProxyVerdict parse(byte[] stream) {
    return parse(stream, stream.length);
  }

  static ProxyVerdict parse(byte[] stream, int length) {
    return ProxyParser.parse(Unpooled.wrappedBuffer(stream, 0, length), 4096);
  }
}

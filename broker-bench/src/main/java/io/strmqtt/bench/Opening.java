package io.strmqtt.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** How connections begin. The headers with values are HAProxy's own. */
public enum Opening {
  V1_TCP4(line("PROXY TCP4 203.0.113.7 198.51.100.2 56324 1883\r\n")),
  V1_TCP6(line("PROXY TCP6 2001:db8:85a3:8d3:1319:8a2e:370:7348 2001:db8::2 56324 8883\r\n")),
  V2_TCP4(hex("0d0a0d0a000d0a515549540a2111000ccb007107c00002019c41075b")),
  V2_TCP6(
      hex(
          "0d0a0d0a000d0a515549540a2121002420010db885a308d313198a2e0370734820010db8000000000000000000000002"
              + "dc0422b3")),

  /** {@code send-proxy-v2-ssl-cn}, for a client with a certificate. */
  V2_SSL(
      hex(
          "0d0a0d0a000d0a515549540a2111002c7f0000057f000001a4174a3b20001d0700000000210007544c5376312e33"
              + "22000b6465766963652d30303432")),

  /** Everything that {@code proxy-v2-options} can add: checksum, ALPN, SNI, unique id, TLS. */
  V2_SSL_ALL(
      hex(
          "0d0a0d0a000d0a515549540a211100af7f0000057f000001a41a4a3d030004928434bf0100046d717474020011"
              + "6d7174742e6578616d706c652e7465737405002e37463030303030353a413431415f37463030303030"
              + "313a344133445f36423034333737305f303030443a3338433520004d0700000000210007544c537631"
              + "2e3322000b6465766963652d303034322500075253413230343824000a5253412d5348413235362300"
              + "16544c535f4145535f3235365f47434d5f534841333834"));

  /** More than 108 bytes, so that a reader of version 1 lines gives up on it, too. */
  private static final byte[] CONNECT = connect("sensor-4711", "warehouse/north", "x".repeat(88));

  private final byte[] header;

  Opening(byte[] header) {
    this.header = header;
  }

  /** The header and the CONNECT behind it in one segment. */
  byte[] withConnect() {
    ByteBuf both = Unpooled.wrappedBuffer(header, CONNECT);
    byte[] bytes = new byte[both.readableBytes()];
    both.readBytes(bytes);
    return bytes;
  }

  /** A CONNECT without a header. */
  static byte[] connectAlone() {
    return CONNECT.clone();
  }

  private static byte[] line(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  /** MQTT 3.1.1 section 3.1, with user name and password. */
  private static byte[] connect(String clientId, String user, String password) {
    ByteBuf body = Unpooled.buffer();
    field(body, "MQTT");
    body.writeByte(4).writeByte(0b1100_0010).writeShort(60);
    field(body, clientId);
    field(body, user);
    field(body, password);
    int size = body.readableBytes();
    byte[] packet = new byte[3 + size];
    packet[0] = 0x10;
    packet[1] = (byte) (size & 0x7f | 0x80);
    packet[2] = (byte) (size >> 7);
    body.readBytes(packet, 3, size);
    return packet;
  }

  private static void field(ByteBuf out, String text) {
    out.writeShort(text.length()).writeCharSequence(text, StandardCharsets.US_ASCII);
  }
}

package io.strmqtt.dist.cli.proxy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.haproxy.HAProxySSLTLV;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A type-length-value from the command line: {@code EA=0176706365}, {@code
 * AUTHORITY=@mqtt.example}.
 *
 * @param type 0 to 255
 */
record GivenTlv(int type, byte[] value) {
  /** A checksum that is to be right: {@link HeaderToSend} computes it. */
  static final GivenTlv CHECKSUM = new GivenTlv(TlvType.CRC32C.number(), new byte[4]);

  private static final int PREFIX = 3;
  private static final int SSL_FIXED = 5;

  static GivenTlv parse(String text) throws UsageMistake {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new UsageMistake("--tlv: expected TYPE=HEX or TYPE=@text, found " + WireText.of(text));
    }
    String value = text.substring(equals + 1);
    byte[] bytes =
        value.startsWith("@")
            ? value.substring(1).getBytes(StandardCharsets.UTF_8)
            : GivenBytes.hex(value);
    return new GivenTlv(type(text.substring(0, equals)), bytes);
  }

  private static int type(String text) throws UsageMistake {
    for (TlvType known : TlvType.values()) {
      if (known.name().equalsIgnoreCase(text)) {
        return known.number();
      }
    }
    String digits = text.startsWith("0x") ? text.substring(2) : text;
    if (!digits.matches("[0-9a-fA-F]{1,2}")) {
      throw new UsageMistake(
          "--tlv: expected a type of two hex digits or a name such as AUTHORITY, found "
              + WireText.of(text));
    }
    return Integer.parseInt(digits, 16);
  }

  /** The same for the encoder, which takes the SSL value in its parts. */
  HAProxyTLV toNetty() throws UsageMistake {
    return type == TlvType.SSL.number()
        ? ssl()
        : new HAProxyTLV((byte) type, Unpooled.wrappedBuffer(value));
  }

  private HAProxyTLV ssl() throws UsageMistake {
    if (value.length < SSL_FIXED) {
      throw new UsageMistake("--tlv: SSL begins with 5 bytes: the client's flags, and verify");
    }
    ByteBuffer in = ByteBuffer.wrap(value);
    byte client = in.get();
    int verify = in.getInt();
    List<HAProxyTLV> inside = new ArrayList<>();
    while (in.hasRemaining()) {
      int size =
          in.remaining() < PREFIX ? Integer.MAX_VALUE : in.getShort(in.position() + 1) & 0xffff;
      if (size > in.remaining() - PREFIX) {
        throw new UsageMistake("--tlv: what SSL holds is cut short at byte " + in.position());
      }
      byte innerType = in.get();
      if (innerType == TlvType.SSL.number()) {
        throw new UsageMistake("--tlv: SSL inside SSL");
      }
      in.getShort();
      byte[] inner = new byte[size];
      in.get(inner);
      inside.add(new HAProxyTLV(innerType, Unpooled.wrappedBuffer(inner)));
    }
    return new HAProxySSLTLV(verify, client, inside);
  }
}

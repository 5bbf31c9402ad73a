package io.strmqtt.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.util.HexFormat;
import java.util.Optional;

/** Bytes and decoders for the tests. */
final class Wire {
  static final int MAX_CONNECT = 200_000;
  static final int MAX_PACKET = 1_000_000;
  static final int MAX_USER_PROPERTIES = 100;
  static final int MAX_FILTERS = 1_000;

  private Wire() {}

  static ByteBuf buffer(String hex) {
    return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  static byte[] encode(MqttPacket packet, MqttVersion version) {
    ByteBuf out = Unpooled.buffer();
    MqttEncoder.encode(packet, version, out);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** A server's decoder that waits for the first packet. */
  static MqttDecoder newServer() {
    return new MqttDecoder(MAX_CONNECT, MAX_PACKET, MAX_USER_PROPERTIES, MAX_FILTERS);
  }

  /** A server's decoder that has seen a CONNECT. */
  static MqttDecoder server(MqttVersion version) {
    MqttDecoder decoder = newServer();
    decoder.decode(Unpooled.wrappedBuffer(encode(connect(version), version)));
    return decoder;
  }

  /** The CONNECT that the decoder above has seen. */
  static Connect connect(MqttVersion version) {
    return new Connect(
        version,
        "c",
        true,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Properties.NONE);
  }

  static MqttDecoder client(MqttVersion version) {
    return MqttDecoder.forClient(version, MAX_PACKET);
  }
}

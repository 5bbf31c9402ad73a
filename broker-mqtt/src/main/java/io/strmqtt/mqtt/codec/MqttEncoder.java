package io.strmqtt.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Pingresp;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Unsuback;
import io.strmqtt.mqtt.packet.MqttPacket.Unsubscribe;
import io.strmqtt.mqtt.packet.MqttVersion;

/**
 * Writes packets as a version wants them. What a version has no place for, properties and most
 * reason codes in 3.x, is left out. It does not check what a caller puts together: whether a reason
 * code or property belongs into a packet is the engine's business.
 *
 * <p>For any thread.
 */
public final class MqttEncoder {
  private MqttEncoder() {}

  /**
   * Appends the packet; a CONNECT is written in its own version.
   *
   * @throws IllegalArgumentException if a string or binary field has more than 65,535 bytes, the
   *     packet more than 268,435,455, or the packet is an AUTH in 3.x; nothing is written then
   */
  public static void encode(MqttPacket packet, MqttVersion version, ByteBuf out) {
    int remaining = remainingLength(packet, version);
    out.ensureWritable(1 + FieldSink.variableIntSize(remaining) + remaining);
    FieldSink.Buffer sink = new FieldSink.Buffer(out);
    sink.oneByte(firstByte(packet));
    sink.variableInt(remaining);
    BodyWriter.write(packet, version, sink);
  }

  /**
   * The bytes that {@link #encode} would write, fixed header included.
   *
   * @throws IllegalArgumentException where {@link #encode} would
   */
  public static int size(MqttPacket packet, MqttVersion version) {
    int remaining = remainingLength(packet, version);
    return 1 + FieldSink.variableIntSize(remaining) + remaining;
  }

  private static int remainingLength(MqttPacket packet, MqttVersion version) {
    FieldSink.Measure measure = new FieldSink.Measure();
    BodyWriter.write(packet, version, measure);
    return measure.size();
  }

  static int firstByte(MqttPacket packet) {
    return switch (packet) {
      case Publish p ->
          PacketType.PUBLISH.firstByte()
              | (p.dup() ? 1 << 3 : 0)
              | p.qos() << 1
              | (p.retain() ? 1 : 0);
      case Connect _ -> PacketType.CONNECT.firstByte();
      case Connack _ -> PacketType.CONNACK.firstByte();
      case Puback _ -> PacketType.PUBACK.firstByte();
      case Pubrec _ -> PacketType.PUBREC.firstByte();
      case Pubrel _ -> PacketType.PUBREL.firstByte();
      case Pubcomp _ -> PacketType.PUBCOMP.firstByte();
      case Subscribe _ -> PacketType.SUBSCRIBE.firstByte();
      case Suback _ -> PacketType.SUBACK.firstByte();
      case Unsubscribe _ -> PacketType.UNSUBSCRIBE.firstByte();
      case Unsuback _ -> PacketType.UNSUBACK.firstByte();
      case Pingreq _ -> PacketType.PINGREQ.firstByte();
      case Pingresp _ -> PacketType.PINGRESP.firstByte();
      case Disconnect _ -> PacketType.DISCONNECT.firstByte();
      case Auth _ -> PacketType.AUTH.firstByte();
    };
  }
}

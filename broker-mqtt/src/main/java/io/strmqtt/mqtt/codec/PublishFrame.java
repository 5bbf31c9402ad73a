package io.strmqtt.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Property;

/**
 * A PUBLISH as one array, encoded once for all its subscribers. A copy for a subscriber with QoS 1
 * or 2 needs its packet identifier written at {@link #packetIdIndex}, and {@link #DUP} set in byte
 * 0 if it is a retransmission.
 *
 * <p>For any thread.
 */
public final class PublishFrame {
  /** The DUP flag in byte 0. */
  public static final byte DUP = 1 << 3;

  private PublishFrame() {}

  /**
   * The whole packet.
   *
   * @throws IllegalArgumentException where {@link MqttEncoder#encode} does
   */
  public static byte[] encode(Publish publish, MqttVersion version) {
    byte[] frame = new byte[MqttEncoder.size(publish, version)];
    MqttEncoder.encode(publish, version, Unpooled.wrappedBuffer(frame).writerIndex(0));
    return frame;
  }

  /**
   * The index of the first of the two bytes of the packet identifier.
   *
   * @param frame a PUBLISH with QoS 1 or 2
   * @throws IllegalArgumentException if the frame has QoS 0, and so no packet identifier
   */
  public static int packetIdIndex(byte[] frame) {
    if ((frame[0] & 0b0110) == 0) {
      throw new IllegalArgumentException("QoS 0");
    }
    return topicEnd(frame, topicStart(frame));
  }

  /**
   * Bytes of the packet if it names its topic by an alias (MQTT 5, section 3.3.2.3.4).
   *
   * @param frame a PUBLISH of version 5 without a topic alias
   * @param named whether the topic stands there too, as it has to when the alias is new
   */
  public static int aliasedSize(byte[] frame, boolean named) {
    return new Aliased(frame, named).size();
  }

  /**
   * Appends the beginning of the packet with a topic alias: everything up to the frame's own
   * properties.
   *
   * @param firstByte type and flags
   * @param packetId not written if the frame has QoS 0
   * @param alias 1 to 65535
   * @return the index in {@code frame} of what follows unchanged, properties and payload
   */
  public static int writeAliased(
      byte[] frame, boolean named, int firstByte, int packetId, int alias, ByteBuf out) {
    Aliased aliased = new Aliased(frame, named);
    FieldSink.Buffer sink = new FieldSink.Buffer(out);
    sink.oneByte(firstByte);
    sink.variableInt(aliased.remaining);
    if (named) {
      out.writeBytes(frame, aliased.topic, aliased.topicEnd - aliased.topic);
    } else {
      sink.twoBytes(0);
    }
    if (aliased.packetIdBytes > 0) {
      sink.twoBytes(packetId);
    }
    sink.variableInt(aliased.properties);
    sink.oneByte(Property.TOPIC_ALIAS.id());
    sink.twoBytes(alias);
    return aliased.rest;
  }

  /** The measures of a frame, and of the packet with an alias that is made of it. */
  private static final class Aliased {
    static final int ALIAS_BYTES = 3;
    final int topic;
    final int topicEnd;
    final int packetIdBytes;
    final int rest;
    final int properties;
    final int remaining;

    Aliased(byte[] frame, boolean named) {
      topic = topicStart(frame);
      topicEnd = PublishFrame.topicEnd(frame, topic);
      packetIdBytes = (frame[0] & 0b0110) == 0 ? 0 : 2;
      int at = topicEnd + packetIdBytes;
      int length = 0;
      int shift = 0;
      while (frame[at] < 0) {
        length |= (frame[at++] & 0x7F) << shift;
        shift += 7;
      }
      length |= frame[at++] << shift;
      rest = at;
      properties = length + ALIAS_BYTES;
      remaining =
          (named ? topicEnd - topic : 2)
              + packetIdBytes
              + FieldSink.variableIntSize(properties)
              + ALIAS_BYTES
              + frame.length
              - rest;
    }

    int size() {
      return 1 + FieldSink.variableIntSize(remaining) + remaining;
    }
  }

  /** The index of the length of the topic, behind the fixed header. */
  private static int topicStart(byte[] frame) {
    int index = 1;
    while (frame[index] < 0) {
      index++;
    }
    return index + 1;
  }

  private static int topicEnd(byte[] frame, int topic) {
    return topic + 2 + ((frame[topic] & 0xFF) << 8 | frame[topic + 1] & 0xFF);
  }
}

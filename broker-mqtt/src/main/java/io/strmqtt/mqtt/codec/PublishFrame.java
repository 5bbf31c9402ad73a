package io.strmqtt.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Property;

/**
 * A PUBLISH, encoded once for all its subscribers. A large payload is not copied: the frame then
 * consists of a head and the payload as it was published. What differs between subscribers (packet
 * identifier, DUP, remaining message expiry interval, topic alias) is patched while the head is
 * written to one of them.
 *
 * <p>Immutable; for any thread.
 */
public final class PublishFrame {
  /** Payloads of so many bytes are kept beside the head. */
  public static final int LARGE = 8 * 1024;

  private static final int DUP = 1 << 3;
  private static final int ALIAS_BYTES = 3;
  private static final byte[] NONE = {};

  private final byte[] head;
  private final byte[] payload;
  private final int topicAt;
  private final int topicEnd;
  private final int packetIdBytes;

  /** Where the message expiry interval stands in the head; 0 if it has none. */
  private final int expiryAt;

  /** Where what is the same for all begins in the head. */
  private final int restAt;

  private PublishFrame(byte[] head, byte[] payload, boolean isV5) {
    this.head = head;
    this.payload = payload;
    int at = 1;
    while (head[at] < 0) {
      at++;
    }
    topicAt = at + 1;
    topicEnd = topicAt + 2 + ((head[topicAt] & 0xFF) << 8 | head[topicAt + 1] & 0xFF);
    packetIdBytes = (head[0] & 0b0110) == 0 ? 0 : 2;
    expiryAt = isV5 ? findExpiry() : 0;
    restAt =
        expiryAt > 0
            ? expiryAt + 4
            : propertiesAt() + (isV5 ? FieldSink.variableIntSize(propertyLength()) : 0);
  }

  /**
   * Encodes the packet.
   *
   * @param publish a packet identifier other than 0 has to be there if its QoS is above 0
   * @throws IllegalArgumentException where {@link MqttEncoder#encode} does
   */
  public static PublishFrame of(Publish publish, MqttVersion version) {
    byte[] beside = publish.payload().length >= LARGE ? publish.payload() : NONE;
    FieldSink.Measure measure = new FieldSink.Measure();
    BodyWriter.writePublishHead(publish, version, measure);
    measure.bytes(publish.payload());
    int remaining = measure.size();
    byte[] head = new byte[1 + FieldSink.variableIntSize(remaining) + remaining - beside.length];
    FieldSink.Buffer sink = new FieldSink.Buffer(Unpooled.wrappedBuffer(head).writerIndex(0));
    sink.oneByte(MqttEncoder.firstByte(publish));
    sink.variableInt(remaining);
    BodyWriter.writePublishHead(publish, version, sink);
    if (beside.length == 0) {
      sink.bytes(publish.payload());
    }
    return new PublishFrame(head, beside, version == MqttVersion.V5);
  }

  /** Bytes of the packet. */
  public int size() {
    return head.length + payload.length;
  }

  /** Everything up to a large payload, or the whole packet; not to be modified. */
  public byte[] head() {
    return head;
  }

  /** The payload if it is large, else empty; not to be modified. */
  public byte[] payload() {
    return payload;
  }

  /** Bytes of the packet if it names its topic by an alias (MQTT 5, section 3.3.2.3.4). */
  public int aliasedSize(boolean named) {
    int remaining = aliasedRemaining(named);
    return 1 + FieldSink.variableIntSize(remaining) + remaining;
  }

  /** Bytes of the head that {@link #writePrefix} writes. */
  public int prefixSize(int alias, boolean named) {
    return alias == 0 ? restAt : aliasedSize(named) - payload.length - (head.length - restAt);
  }

  /** Where what follows the prefix unchanged begins in the head. */
  public int restAt() {
    return restAt;
  }

  /**
   * Appends the beginning of the packet as one subscriber gets it; what is in the head from {@link
   * #restAt} on, and the payload, follow unchanged.
   *
   * @param qos of this copy; 0 if and only if the frame was made for QoS 0
   * @param packetId not written if the QoS is 0
   * @param expiry the remaining message expiry interval in seconds; ignored if the frame has none
   * @param alias the topic alias, 0 for none; only in MQTT 5
   * @param named whether the topic stands beside its alias, as it has to when the alias is new
   */
  public void writePrefix(
      ByteBuf out, int qos, int packetId, boolean dup, long expiry, int alias, boolean named) {
    int first = head[0] & 0xF1 | qos << 1 | (dup ? DUP : 0);
    int begin = out.writerIndex();
    if (alias == 0) {
      out.writeBytes(head, 0, restAt).setByte(begin, first);
      if (packetIdBytes > 0) {
        out.setShort(begin + topicEnd, packetId);
      }
    } else {
      writeAliased(out, first, packetId, alias, named);
    }
    if (expiryAt > 0) {
      out.setInt(out.writerIndex() - 4, (int) expiry);
    }
  }

  private void writeAliased(ByteBuf out, int first, int packetId, int alias, boolean named) {
    FieldSink.Buffer sink = new FieldSink.Buffer(out);
    sink.oneByte(first);
    sink.variableInt(aliasedRemaining(named));
    if (named) {
      out.writeBytes(head, topicAt, topicEnd - topicAt);
    } else {
      sink.twoBytes(0);
    }
    if (packetIdBytes > 0) {
      sink.twoBytes(packetId);
    }
    int length = propertyLength();
    sink.variableInt(length + ALIAS_BYTES);
    sink.oneByte(Property.TOPIC_ALIAS.id());
    sink.twoBytes(alias);
    int own = propertiesAt() + FieldSink.variableIntSize(length);
    out.writeBytes(head, own, restAt - own);
  }

  private int propertiesAt() {
    return topicEnd + packetIdBytes;
  }

  private int propertyLength() {
    int at = propertiesAt();
    int length = 0;
    int shift = 0;
    while (head[at] < 0) {
      length |= (head[at++] & 0x7F) << shift;
      shift += 7;
    }
    return length | head[at] << shift;
  }

  private int aliasedRemaining(boolean named) {
    int length = propertyLength();
    int properties = length + ALIAS_BYTES;
    int rest = propertiesAt() + FieldSink.variableIntSize(length);
    return (named ? topicEnd - topicAt : 2)
        + packetIdBytes
        + FieldSink.variableIntSize(properties)
        + ALIAS_BYTES
        + size()
        - rest;
  }

  /** It is the first property, or the second behind the payload format indicator. */
  private int findExpiry() {
    int length = propertyLength();
    int at = propertiesAt() + FieldSink.variableIntSize(length);
    int end = at + length;
    if (at < end && head[at] == Property.PAYLOAD_FORMAT_INDICATOR.id()) {
      at += 2;
    }
    return at < end && head[at] == Property.MESSAGE_EXPIRY_INTERVAL.id() ? at + 1 : 0;
  }
}

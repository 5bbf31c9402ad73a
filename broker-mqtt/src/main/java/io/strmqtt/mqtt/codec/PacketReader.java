package io.strmqtt.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one packet after the other (section 1.5). It never reads past the packet's
 * end: a field that does not fit is malformed. Lengths are checked before anything is allocated.
 */
final class PacketReader {
  private static final byte[] NO_BYTES = new byte[0];

  /** Longer strings do not stay with the connection. */
  private static final int KEPT_BYTES = 512;

  private final int maxUserProperties;
  private final int maxFilters;
  private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
  private int position;
  private int end;
  private PacketType type = PacketType.CONNECT;

  private byte[] scratch = NO_BYTES;
  private byte[] lastTopicBytes = NO_BYTES;
  private int lastTopicLength;
  private String lastTopic = "";

  /**
   * @param maxUserProperties how many a property section may have
   * @param maxFilters how many of a SUBSCRIBE or UNSUBSCRIBE are handed on
   */
  PacketReader(int maxUserProperties, int maxFilters) {
    this.maxUserProperties = maxUserProperties;
    this.maxFilters = maxFilters;
  }

  /** Begins with a packet whose body lies between the two indexes of the buffer. */
  void open(ByteBuf packet, int from, int to, PacketType packetType) {
    buffer = packet;
    position = from;
    end = to;
    type = packetType;
  }

  /** Lets go of the buffer. */
  void close() {
    buffer = Unpooled.EMPTY_BUFFER;
    position = 0;
    end = 0;
  }

  PacketType type() {
    return type;
  }

  int maxUserProperties() {
    return maxUserProperties;
  }

  int maxFilters() {
    return maxFilters;
  }

  int remaining() {
    return end - position;
  }

  /** Makes the next bytes all there is to read, and returns what {@link #leave} wants. */
  int enter(int length, String section) {
    need(length, section);
    int outer = end;
    end = position + length;
    return outer;
  }

  void leave(int outer) {
    end = outer;
  }

  int oneByte(String field) {
    need(1, field);
    return buffer.getUnsignedByte(position++);
  }

  int twoBytes(String field) {
    need(2, field);
    int value = buffer.getUnsignedShort(position);
    position += 2;
    return value;
  }

  long fourBytes(String field) {
    need(4, field);
    long value = buffer.getUnsignedInt(position);
    position += 4;
    return value;
  }

  /** A variable byte integer in its shortest form, as MQTT-1.5.5-1 demands. */
  int variableInt(String field) {
    int value = 0;
    for (int shift = 0; shift <= 21; shift += 7) {
      int next = oneByte(field);
      value |= (next & 0x7F) << shift;
      if (next < 0x80) {
        if (next == 0 && shift > 0) {
          throw malformed(field + " is not in its shortest form");
        }
        return value;
      }
    }
    throw malformed(field + " is longer than four bytes");
  }

  int packetId() {
    int id = twoBytes("packet identifier");
    if (id == 0) {
      throw protocolError("packet identifier is 0"); // MQTT-2.2.1-3
    }
    return id;
  }

  String string(String field) {
    int length = twoBytes(field);
    return text(take(length, field), length, field);
  }

  /** Judges a string without keeping it; whether it has the prefix, which is ASCII. */
  boolean skipString(String field, String prefix) {
    int length = twoBytes(field);
    byte[] bytes = take(length, field);
    judge(Utf8.isValid(bytes, 0, length), field);
    int same = 0;
    while (same < prefix.length() && same < length && bytes[same] == prefix.charAt(same)) {
      same++;
    }
    return same == prefix.length();
  }

  /**
   * A topic name, possibly empty. A publisher tends to repeat its topic; the same bytes again give
   * the same string and allocate nothing.
   */
  String topicName(String field) {
    int length = twoBytes(field);
    byte[] bytes = take(length, field);
    if (length == lastTopicLength && Arrays.equals(bytes, 0, length, lastTopicBytes, 0, length)) {
      return lastTopic;
    }
    String topic = text(bytes, length, field);
    if (topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
      throw error(ReasonCode.TOPIC_NAME_INVALID, field + " has wildcards"); // MQTT-3.3.2-2
    }
    if (length <= KEPT_BYTES) {
      if (length > lastTopicBytes.length) {
        lastTopicBytes = new byte[roundUp(length)];
      }
      System.arraycopy(bytes, 0, lastTopicBytes, 0, length);
      lastTopicLength = length;
      lastTopic = topic;
    }
    return topic;
  }

  byte[] binary(String field) {
    int length = twoBytes(field);
    need(length, field);
    return bytes(length);
  }

  /** What is left of the packet. */
  byte[] rest() {
    return bytes(remaining());
  }

  void expectEnd() {
    if (position != end) {
      throw malformed(remaining() + " bytes too many");
    }
  }

  MalformedPacketException malformed(String what) {
    return error(ReasonCode.MALFORMED_PACKET, what);
  }

  MalformedPacketException protocolError(String what) {
    return error(ReasonCode.PROTOCOL_ERROR, what);
  }

  MalformedPacketException error(ReasonCode code, String what) {
    return new MalformedPacketException(code, type + ": " + what);
  }

  private void need(int length, String field) {
    if (length > end - position) {
      throw malformed(field + " is cut short");
    }
  }

  private byte[] bytes(int length) {
    if (length == 0) {
      return NO_BYTES;
    }
    byte[] bytes = new byte[length];
    buffer.getBytes(position, bytes);
    position += length;
    return bytes;
  }

  /** The next bytes, at the start of an array that is valid until the next call. */
  private byte[] take(int length, String field) {
    need(length, field);
    byte[] bytes = scratch;
    if (length > bytes.length) {
      bytes = new byte[roundUp(length)];
      if (length <= KEPT_BYTES) {
        scratch = bytes;
      }
    }
    buffer.getBytes(position, bytes, 0, length);
    position += length;
    return bytes;
  }

  private String text(byte[] bytes, int length, String field) {
    if (length == 0) {
      return "";
    }
    @Nullable String text = Utf8.decode(bytes, length);
    judge(text != null, field);
    return Objects.requireNonNull(text);
  }

  private void judge(boolean valid, String field) {
    if (!valid) {
      throw malformed(field + " is not a valid UTF-8 string"); // MQTT-1.5.4-1, MQTT-1.5.4-2
    }
  }

  private static int roundUp(int length) {
    return length > KEPT_BYTES ? length : Math.max(32, Integer.highestOneBit(length * 2 - 1));
  }
}

package io.strmqtt.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Pingresp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.Property.Carrier;
import io.strmqtt.mqtt.packet.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one connection into packets. One per connection, used by its event loop alone.
 *
 * <p>The first byte is judged when it is there, the size when the fixed header is there, and the
 * rest when the packet is complete; nothing is allocated for a packet before that.
 */
public final class MqttDecoder {
  private static final Pingreq PINGREQ = new Pingreq();
  private static final Pingresp PINGRESP = new Pingresp();

  private final PacketReader reader;
  private final PacketType.Sender sender;
  private final int maxPacketSize;

  /** The content type of a TLS record that holds a ClientHello (RFC 8446, section 5.1). */
  private static final int TLS_HANDSHAKE = 0x16;

  private boolean awaitingConnect;
  private int limit;
  private @Nullable MqttVersion version;

  /**
   * A decoder for a server: the first packet must be CONNECT and decides the version.
   *
   * @param maxConnectSize the greatest size of the first packet, fixed header included, in bytes;
   *     and of those behind a CONNECT that begins an enhanced authentication, until {@link
   *     #accepted}
   * @param maxPacketSize the same of all others
   * @param maxUserProperties the greatest number of user properties in a property section; one more
   *     is {@code QUOTA_EXCEEDED}
   * @param maxFilters the greatest number of filters of a SUBSCRIBE or UNSUBSCRIBE that are handed
   *     on; those beyond are judged and counted
   */
  public MqttDecoder(int maxConnectSize, int maxPacketSize, int maxUserProperties, int maxFilters) {
    this(
        PacketType.Sender.CLIENT,
        maxConnectSize,
        maxPacketSize,
        maxUserProperties,
        maxFilters,
        null);
  }

  private MqttDecoder(
      PacketType.Sender sender,
      int maxConnectSize,
      int maxPacketSize,
      int maxUserProperties,
      int maxFilters,
      @Nullable MqttVersion version) {
    this.reader = new PacketReader(maxUserProperties, maxFilters);
    this.sender = sender;
    this.maxPacketSize = maxPacketSize;
    this.awaitingConnect = version == null;
    this.limit = maxConnectSize;
    this.version = version;
  }

  /**
   * A decoder for what a server sends to a client.
   *
   * @param maxPacketSize the greatest size of a packet, fixed header included, in bytes
   */
  public static MqttDecoder forClient(MqttVersion version, int maxPacketSize) {
    return new MqttDecoder(
        PacketType.Sender.SERVER,
        maxPacketSize,
        maxPacketSize,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        version);
  }

  /**
   * The version of the connection: null until a CONNECT has named one. It is known after an
   * exception too, if the CONNECT was refused for something behind its protocol level.
   */
  public @Nullable MqttVersion version() {
    return version;
  }

  /** The client is let in: its packets may be as large as any. */
  public void accepted() {
    limit = maxPacketSize;
  }

  /**
   * Whether the next packet is a SUBSCRIBE or UNSUBSCRIBE of more than so many bytes, be it
   * complete or not; false as long as its size is not there.
   *
   * @param size bytes behind the fixed header, at most 16383
   */
  public boolean isNextSubscribing(ByteBuf in, int size) {
    if (in.readableBytes() < 4) {
      return false;
    }
    // Whatever its flags: in 3.1 they are not judged.
    PacketType type = PacketType.of(in.getUnsignedByte(in.readerIndex()) >> 4);
    if (type != PacketType.SUBSCRIBE && type != PacketType.UNSUBSCRIBE) {
      return false;
    }
    int low = in.getByte(in.readerIndex() + 1);
    int high = in.getByte(in.readerIndex() + 2);
    return low < 0 && (high < 0 || (high << 7 | low & 0x7F) > size);
  }

  /**
   * Takes the next packet off the buffer.
   *
   * @return null, with the reader index untouched, if the packet is not complete
   * @throws MalformedPacketException if the connection cannot go on; the decoder is of no use after
   *     that. An empty client identifier where 3.x does not allow it is among the reasons, as
   *     {@code CLIENT_IDENTIFIER_NOT_VALID}.
   */
  public @Nullable MqttPacket decode(ByteBuf in) {
    int start = in.readerIndex();
    int written = in.writerIndex();
    if (start == written) {
      return null;
    }
    int first = in.getUnsignedByte(start);
    PacketType type = judgeFirstByte(first);

    int length = 0;
    int index = start + 1;
    boolean shortest = true;
    for (int shift = 0; ; shift += 7) {
      if (index == written) {
        return null;
      }
      int next = in.getByte(index++);
      length |= (next & 0x7F) << shift;
      if (next >= 0) {
        shortest = next > 0 || shift == 0;
        break;
      }
      if (shift == 21) {
        throw error(ReasonCode.MALFORMED_PACKET, type, "remaining length exceeds four bytes");
      }
    }
    if (!shortest && version == MqttVersion.V5) {
      throw error(ReasonCode.MALFORMED_PACKET, type, "remaining length is not in shortest form");
    }
    int size = index - start + length;
    if (size > limit) {
      throw error(ReasonCode.PACKET_TOO_LARGE, type, size + " bytes");
    }
    int end = start + size;
    if (awaitingConnect
        && (first & 0xF) != 0
        && !ConnectReader.beginsAs31(in, index, Math.min(end, written))) {
      throw flagsError(type, first); // MQTT-2.1.3-1
    }
    if (end > written) {
      return null;
    }
    reader.open(in, index, end, type);
    try {
      MqttPacket packet = awaitingConnect ? readConnect(shortest) : read(type, first);
      reader.expectEnd();
      in.readerIndex(end);
      return packet;
    } finally {
      reader.close();
    }
  }

  private PacketType judgeFirstByte(int first) {
    PacketType type = PacketType.of(first >> 4);
    if (awaitingConnect && type != PacketType.CONNECT) { // MQTT-3.1.0-1
      throw new MalformedPacketException(
          ReasonCode.PROTOCOL_ERROR,
          "the first byte is "
              + String.format("0x%02x", first)
              + (first >= 'A' && first <= 'Z'
                  ? ", as of an HTTP request: WebSocket clients need a ws or wss listener"
                  : ": not that of a CONNECT"));
    }
    if (type == null) {
      throw new MalformedPacketException(ReasonCode.MALFORMED_PACKET, "packet type 0 is reserved");
    }
    int flags = first & 0xF;
    if (type == PacketType.PUBLISH) {
      judgePublishFlags(flags, version == MqttVersion.V3_1);
      return type;
    }
    if (type == PacketType.AUTH && version != MqttVersion.V5) {
      throw new MalformedPacketException(ReasonCode.MALFORMED_PACKET, "packet type 15 is reserved");
    }
    if (!type.isSentBy(sender)
        || type == PacketType.DISCONNECT
            && sender == PacketType.Sender.SERVER
            && version != MqttVersion.V5) {
      throw error(ReasonCode.PROTOCOL_ERROR, type, "not for this side to send");
    }
    // 3.1 calls what it does not use reserved, and has no rule for it (its section 2.1). Whether a
    // CONNECT is one of 3.1 shows behind its fixed header.
    if (flags != type.flags() && version != MqttVersion.V3_1 && !awaitingConnect) {
      throw flagsError(type, first); // MQTT-2.1.3-1
    }
    if (type == PacketType.CONNECT && !awaitingConnect) { // MQTT-3.1.0-2
      throw error(ReasonCode.PROTOCOL_ERROR, type, "second on this connection");
    }
    return type;
  }

  private MalformedPacketException flagsError(PacketType type, int first) {
    return error(
        ReasonCode.MALFORMED_PACKET,
        type,
        "fixed header flags "
            + (first & 0xF)
            + (awaitingConnect && first == TLS_HANDSHAKE
                ? ", as of a TLS handshake: TLS clients need an ssl or wss listener"
                : ""));
  }

  private static void judgePublishFlags(int flags, boolean v31) {
    int qos = flags >> 1 & 3;
    if (qos == 3) { // MQTT-3.3.1-4
      throw error(ReasonCode.MALFORMED_PACKET, PacketType.PUBLISH, "QoS is 3");
    }
    if (qos == 0 && flags >= 8 && !v31) { // MQTT-3.3.1-2; 3.1 gives it no meaning
      throw error(ReasonCode.MALFORMED_PACKET, PacketType.PUBLISH, "DUP with QoS 0");
    }
  }

  private Connect readConnect(boolean shortest) {
    ConnectReader.Protocol protocol = ConnectReader.readProtocol(reader);
    MqttVersion named = protocol.version();
    version = named;
    if (!shortest && named == MqttVersion.V5) {
      throw reader.malformed("remaining length is not in shortest form");
    }
    Connect connect = ConnectReader.read(reader, protocol);
    awaitingConnect = false;
    if (!connect.properties().has(Property.AUTHENTICATION_METHOD)) {
      accepted(); // Nothing is read before it is, but for what an exchange needs.
    }
    return connect;
  }

  private MqttPacket read(PacketType type, int first) {
    MqttVersion spoken = version;
    if (spoken == null) {
      throw new IllegalStateException("no version");
    }
    return switch (type) {
      case PUBLISH -> readPublish(spoken, first);
      case PUBACK, PUBREC, PUBREL, PUBCOMP ->
          ResponseReader.readAcknowledgement(reader, spoken, sender);
      case PINGREQ -> PINGREQ;
      case SUBSCRIBE -> SubscriptionReader.readSubscribe(reader, spoken);
      case UNSUBSCRIBE -> SubscriptionReader.readUnsubscribe(reader, spoken);
      case DISCONNECT -> ResponseReader.readDisconnect(reader, spoken, sender);
      case AUTH -> ResponseReader.readAuth(reader, sender);
      case CONNACK -> ResponseReader.readConnack(reader, spoken);
      case SUBACK -> SubscriptionReader.readSuback(reader, spoken);
      case UNSUBACK -> SubscriptionReader.readUnsuback(reader, spoken);
      case PINGRESP -> PINGRESP;
      case CONNECT -> throw new IllegalStateException("judged by its first byte");
    };
  }

  /** Section 3.3. */
  private Publish readPublish(MqttVersion spoken, int first) {
    int qos = first >> 1 & 3;
    String topic = reader.topicName("topic name");
    int packetId = qos == 0 ? 0 : reader.packetId();
    Properties properties = Properties.NONE;
    if (spoken == MqttVersion.V5) {
      properties = PropertyReader.read(reader, Carrier.PUBLISH, sender);
    }
    if (topic.isEmpty() && !properties.has(Property.TOPIC_ALIAS)) { // MQTT-4.7.3-1, 3.3.2.1
      throw reader.protocolError("topic name is empty");
    }
    boolean retain = (first & 1) != 0;
    boolean dup = qos > 0 && (first & 8) != 0;
    return new Publish(topic, qos, retain, dup, packetId, reader.rest(), properties);
  }

  private static MalformedPacketException error(ReasonCode code, PacketType type, String what) {
    return new MalformedPacketException(code, type + ": " + what);
  }
}

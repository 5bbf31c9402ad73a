package io.strmqtt.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Will;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property.Carrier;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.Optional;

/** Reads CONNECT (section 3.1). */
final class ConnectReader {
  private static final int RESERVED = 1;
  private static final int CLEAN_START = 1 << 1;
  private static final int WILL = 1 << 2;
  private static final int WILL_QOS_SHIFT = 3;
  private static final int WILL_RETAIN = 1 << 5;
  private static final int PASSWORD = 1 << 6;
  private static final int USER_NAME = 1 << 7;

  /** Set by bridges in the level of 3.1 and 3.1.1: a custom that no version describes. */
  static final int BRIDGE = 0x80;

  private static final byte[] NAME_OF_31 = {0, 6, 'M', 'Q', 'I', 's', 'd', 'p'};

  private ConnectReader() {}

  /** Whether the body of a CONNECT begins as in 3.1, as far as it is there. */
  static boolean beginsAs31(ByteBuf in, int from, int to) {
    for (int i = 0; i < NAME_OF_31.length && from + i < to; i++) {
      if (in.getByte(from + i) != NAME_OF_31[i]) {
        return false;
      }
    }
    int level = from + NAME_OF_31.length;
    return level >= to || (in.getByte(level) & ~BRIDGE & 0xFF) == MqttVersion.V3_1.level();
  }

  /** The protocol name and level, with which every CONNECT begins. */
  static Protocol readProtocol(PacketReader in) {
    String name = in.string("protocol name");
    int level = in.oneByte("protocol level");
    boolean bridge = (level & BRIDGE) != 0;
    for (MqttVersion version : MqttVersion.values()) {
      if (version.level() == (level & ~BRIDGE)
          && version.protocolName().equals(name)
          && !(bridge && version == MqttVersion.V5)) {
        return new Protocol(version, bridge);
      }
    }
    throw in.error( // MQTT-3.1.2-1, MQTT-3.1.2-2
        ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, "protocol level " + level);
  }

  /** What the protocol name and level say. */
  record Protocol(MqttVersion version, boolean bridge) {}

  /** All that follows the protocol level. */
  static Connect read(PacketReader in, Protocol protocol) {
    MqttVersion version = protocol.version();
    int flags = in.oneByte("connect flags");
    checkFlags(in, version, flags);
    int keepAlive = in.twoBytes("keep alive");
    Properties properties =
        version == MqttVersion.V5
            ? PropertyReader.read(in, Carrier.CONNECT, PacketType.Sender.CLIENT)
            : Properties.NONE;
    String clientId = in.string("client identifier");
    Optional<Will> will =
        (flags & WILL) == 0 ? Optional.empty() : Optional.of(readWill(in, version, flags));
    Optional<String> username =
        isPresent(in, version, flags, USER_NAME)
            ? Optional.of(in.string("user name"))
            : Optional.empty();
    Optional<byte[]> password =
        isPresent(in, version, flags, PASSWORD)
            ? Optional.of(in.binary("password"))
            : Optional.empty();
    in.expectEnd();
    boolean cleanStart = (flags & CLEAN_START) != 0;
    checkClientId(in, version, clientId, cleanStart);
    return new Connect(
        version,
        clientId,
        cleanStart,
        keepAlive,
        will,
        username,
        password,
        properties,
        protocol.bridge());
  }

  private static void checkFlags(PacketReader in, MqttVersion version, int flags) {
    // 3.1 does not judge the reserved flag, and disregards what describes a will that is not there.
    boolean judged = version != MqttVersion.V3_1;
    if (judged && (flags & RESERVED) != 0) { // MQTT-3.1.2-3
      throw in.malformed("reserved connect flag is set");
    }
    if (!judged && (flags & WILL) == 0) {
      checkPassword(in, version, flags);
      return;
    }
    int willQos = flags >> WILL_QOS_SHIFT & 3;
    if (willQos == 3) { // MQTT-3.1.2-12
      throw in.malformed("will QoS is 3");
    }
    boolean describesWill = willQos != 0 || (flags & WILL_RETAIN) != 0;
    if (describesWill && (flags & WILL) == 0) { // MQTT-3.1.2-11, MQTT-3.1.2-13
      throw in.malformed("will QoS or will retain without a will");
    }
    checkPassword(in, version, flags);
  }

  private static void checkPassword(PacketReader in, MqttVersion version, int flags) {
    // MQTT-3.1.2-22 of 3.1.1; 5.0 allows it
    if (version != MqttVersion.V5 && (flags & PASSWORD) != 0 && (flags & USER_NAME) == 0) {
      throw in.malformed("password without a user name");
    }
  }

  /** In 3.1 the remaining length overrules the flags of user name and password (its 3.1). */
  private static boolean isPresent(PacketReader in, MqttVersion version, int flags, int field) {
    return (flags & field) != 0 && (version != MqttVersion.V3_1 || in.remaining() > 0);
  }

  private static Will readWill(PacketReader in, MqttVersion version, int flags) {
    Properties properties =
        version == MqttVersion.V5
            ? PropertyReader.read(in, Carrier.WILL, PacketType.Sender.CLIENT)
            : Properties.NONE;
    String topic = in.topicName("will topic");
    if (topic.isEmpty()) { // MQTT-4.7.3-1
      throw in.error(ReasonCode.TOPIC_NAME_INVALID, "will topic is empty");
    }
    byte[] payload = in.binary("will payload");
    int qos = flags >> WILL_QOS_SHIFT & 3;
    return new Will(topic, payload, qos, (flags & WILL_RETAIN) != 0, properties);
  }

  private static void checkClientId(
      PacketReader in, MqttVersion version, String clientId, boolean cleanStart) {
    boolean mayBeEmpty =
        switch (version) {
          case V3_1 -> false;
          case V3_1_1 -> cleanStart; // MQTT-3.1.3-8 of 3.1.1
          case V5 -> true;
        };
    if (clientId.isEmpty() && !mayBeEmpty) {
      throw in.error(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "client identifier is empty");
    }
  }
}

package io.strmqtt.mqtt.codec;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.Property.Carrier;
import io.strmqtt.mqtt.packet.ReasonCode;

/** Reads the packets that are a reason code with properties, and their shorter forms. */
final class ResponseReader {
  private ResponseReader() {}

  static Connack readConnack(PacketReader in, MqttVersion version) {
    int flags = in.oneByte("acknowledge flags");
    if (flags > 1) { // MQTT-3.2.2-1
      throw in.malformed("reserved acknowledge flags are set");
    }
    if (version != MqttVersion.V5) {
      return new Connack(flags == 1, returnCode(in), Properties.NONE);
    }
    ReasonCode code = reasonCode(in);
    return new Connack(
        flags == 1, code, PropertyReader.read(in, Carrier.CONNACK, PacketType.Sender.SERVER));
  }

  /** Table 3.1 of 3.1.1. */
  private static ReasonCode returnCode(PacketReader in) {
    int value = in.oneByte("return code");
    return switch (value) {
      case 0 -> ReasonCode.SUCCESS;
      case 1 -> ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
      case 2 -> ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
      case 3 -> ReasonCode.SERVER_UNAVAILABLE;
      case 4 -> ReasonCode.BAD_USER_NAME_OR_PASSWORD;
      case 5 -> ReasonCode.NOT_AUTHORIZED;
      default -> throw in.malformed("return code " + value);
    };
  }

  /** PUBACK, PUBREC, PUBREL or PUBCOMP (sections 3.4 to 3.7). */
  static MqttPacket readAcknowledgement(
      PacketReader in, MqttVersion version, PacketType.Sender sender) {
    int packetId = in.packetId();
    ReasonCode code = ReasonCode.SUCCESS;
    Properties properties = Properties.NONE;
    if (version == MqttVersion.V5 && in.remaining() > 0) {
      code = reasonCode(in);
      if (in.remaining() > 0) {
        properties = PropertyReader.read(in, Carrier.ACKS, sender);
      }
    }
    return switch (in.type()) {
      case PUBACK -> new Puback(packetId, code, properties);
      case PUBREC -> new Pubrec(packetId, code, properties);
      case PUBREL -> new Pubrel(packetId, code, properties);
      default -> new Pubcomp(packetId, code, properties);
    };
  }

  static Disconnect readDisconnect(PacketReader in, MqttVersion version, PacketType.Sender sender) {
    ReasonCode code = ReasonCode.SUCCESS;
    Properties properties = Properties.NONE;
    if (version == MqttVersion.V5 && in.remaining() > 0) {
      code = reasonCode(in);
      if (in.remaining() > 0) {
        properties = PropertyReader.read(in, Carrier.DISCONNECT, sender);
      }
    }
    return new Disconnect(code, properties);
  }

  static Auth readAuth(PacketReader in, PacketType.Sender sender) {
    if (in.remaining() == 0) {
      return new Auth(ReasonCode.SUCCESS, Properties.NONE);
    }
    ReasonCode code = reasonCode(in); // MQTT-3.15.2-1
    Properties properties = PropertyReader.read(in, Carrier.AUTH, sender);
    if (!properties.has(Property.AUTHENTICATION_METHOD)) { // 3.15.2.2.2
      throw in.protocolError("no authentication method");
    }
    return new Auth(code, properties);
  }

  /** A code that section 2.4 defines for the packet. */
  static ReasonCode reasonCode(PacketReader in) {
    int value = in.oneByte("reason code");
    ReasonCode code = ReasonCode.of(value);
    if (code == null || !in.type().mayCarry(code)) {
      throw in.malformed("reason code " + value);
    }
    return code;
  }
}

package io.strmqtt.mqtt.codec;

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
import io.strmqtt.mqtt.packet.MqttPacket.Will;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;

/** What follows the fixed header of each packet, in the shortest form its version knows. */
final class BodyWriter {
  private BodyWriter() {}

  static void write(MqttPacket packet, MqttVersion version, FieldSink out) {
    switch (packet) {
      case Connect connect -> writeConnect(connect, out);
      case Connack connack -> writeConnack(connack, version, out);
      case Publish publish -> writePublish(publish, version, out);
      case Puback p -> writeAcknowledgement(p.packetId(), p.code(), p.properties(), version, out);
      case Pubrec p -> writeAcknowledgement(p.packetId(), p.code(), p.properties(), version, out);
      case Pubrel p -> writeAcknowledgement(p.packetId(), p.code(), p.properties(), version, out);
      case Pubcomp p -> writeAcknowledgement(p.packetId(), p.code(), p.properties(), version, out);
      case Subscribe subscribe -> writeSubscribe(subscribe, version, out);
      case Suback suback -> writeSuback(suback, version, out);
      case Unsubscribe unsubscribe -> writeUnsubscribe(unsubscribe, version, out);
      case Unsuback unsuback -> writeUnsuback(unsuback, version, out);
      case Disconnect disconnect -> {
        if (version == MqttVersion.V5) {
          writeReason(disconnect.code(), disconnect.properties(), out);
        }
      }
      case Auth auth -> writeAuth(auth, version, out);
      case Pingreq _, Pingresp _ -> {}
    }
  }

  private static void writeConnect(Connect connect, FieldSink out) {
    MqttVersion version = connect.version();
    int flags = connect.cleanStart() ? 1 << 1 : 0;
    if (connect.will().isPresent()) {
      Will will = connect.will().get();
      flags |= 1 << 2 | will.qos() << 3 | (will.retain() ? 1 << 5 : 0);
    }
    flags |= connect.password().isPresent() ? 1 << 6 : 0;
    flags |= connect.username().isPresent() ? 1 << 7 : 0;
    out.string(version.protocolName());
    out.oneByte(version.level() | (connect.bridge() ? ConnectReader.BRIDGE : 0));
    out.oneByte(flags);
    out.twoBytes(connect.keepAlive());
    writeProperties(connect.properties(), version, out);
    out.string(connect.clientId());
    if (connect.will().isPresent()) {
      Will will = connect.will().get();
      writeProperties(will.properties(), version, out);
      out.string(will.topic());
      out.binary(will.payload());
    }
    connect.username().ifPresent(out::string);
    connect.password().ifPresent(out::binary);
  }

  private static void writeConnack(Connack connack, MqttVersion version, FieldSink out) {
    // 3.1 has no session present flag; the byte is reserved there
    out.oneByte(connack.sessionPresent() && version != MqttVersion.V3_1 ? 1 : 0);
    if (version == MqttVersion.V5) {
      out.oneByte(connack.code().value());
      writeProperties(connack.properties(), version, out);
    } else {
      out.oneByte(returnCode(connack.code()));
    }
  }

  /** Table 3.1 of 3.1.1; what has no code of its own there is an unavailable server. */
  private static int returnCode(ReasonCode code) {
    return switch (code) {
      case SUCCESS -> 0;
      case UNSUPPORTED_PROTOCOL_VERSION -> 1;
      case CLIENT_IDENTIFIER_NOT_VALID -> 2;
      case BAD_USER_NAME_OR_PASSWORD -> 4;
      case NOT_AUTHORIZED -> 5;
      default -> 3;
    };
  }

  private static void writePublish(Publish publish, MqttVersion version, FieldSink out) {
    writePublishHead(publish, version, out);
    out.bytes(publish.payload());
  }

  /** All but the payload. */
  static void writePublishHead(Publish publish, MqttVersion version, FieldSink out) {
    out.string(publish.topic());
    if (publish.qos() > 0) {
      out.twoBytes(publish.packetId());
    }
    writeProperties(publish.properties(), version, out);
  }

  private static void writeAcknowledgement(
      int packetId, ReasonCode code, Properties properties, MqttVersion version, FieldSink out) {
    out.twoBytes(packetId);
    if (version == MqttVersion.V5) {
      writeReason(code, properties, out);
    }
  }

  /** Success without properties is nothing at all, another code without properties one byte. */
  private static void writeReason(ReasonCode code, Properties properties, FieldSink out) {
    if (code != ReasonCode.SUCCESS || !properties.isEmpty()) {
      out.oneByte(code.value());
    }
    if (!properties.isEmpty()) {
      writeProperties(properties, MqttVersion.V5, out);
    }
  }

  private static void writeSubscribe(Subscribe subscribe, MqttVersion version, FieldSink out) {
    out.twoBytes(subscribe.packetId());
    writeProperties(subscribe.properties(), version, out);
    for (Subscribe.Request request : subscribe.requests()) {
      int options = request.qos();
      if (version == MqttVersion.V5) {
        options |= request.noLocal() ? 1 << 2 : 0;
        options |= request.retainAsPublished() ? 1 << 3 : 0;
        options |= request.retainHandling() << 4;
      }
      out.string(request.filter());
      out.oneByte(options);
    }
  }

  private static void writeSuback(Suback suback, MqttVersion version, FieldSink out) {
    out.twoBytes(suback.packetId());
    writeProperties(suback.properties(), version, out);
    for (ReasonCode code : suback.codes()) {
      boolean plain = version != MqttVersion.V5 && code.isError(); // MQTT-3.9.3-2 of 3.1.1
      out.oneByte(plain ? ReasonCode.UNSPECIFIED_ERROR.value() : code.value());
    }
  }

  private static void writeUnsubscribe(
      Unsubscribe unsubscribe, MqttVersion version, FieldSink out) {
    out.twoBytes(unsubscribe.packetId());
    writeProperties(unsubscribe.properties(), version, out);
    for (String filter : unsubscribe.filters()) {
      out.string(filter);
    }
  }

  private static void writeUnsuback(Unsuback unsuback, MqttVersion version, FieldSink out) {
    out.twoBytes(unsuback.packetId());
    if (version == MqttVersion.V5) {
      writeProperties(unsuback.properties(), version, out);
      for (ReasonCode code : unsuback.codes()) {
        out.oneByte(code.value());
      }
    }
  }

  private static void writeAuth(Auth auth, MqttVersion version, FieldSink out) {
    if (version != MqttVersion.V5) {
      throw new IllegalArgumentException("AUTH in " + version);
    }
    if (auth.code() != ReasonCode.SUCCESS || !auth.properties().isEmpty()) {
      out.oneByte(auth.code().value());
      writeProperties(auth.properties(), version, out);
    }
  }

  private static void writeProperties(Properties properties, MqttVersion version, FieldSink out) {
    if (version != MqttVersion.V5) {
      return;
    }
    if (properties.isEmpty()) { // MQTT-2.2.2-1
      out.oneByte(0);
      return;
    }
    FieldSink.Measure measure = new FieldSink.Measure();
    writeEntries(properties, measure);
    out.variableInt(measure.size());
    if (out instanceof FieldSink.Measure whole) {
      whole.add(measure); // Thousands of strings need not be measured twice.
    } else {
      writeEntries(properties, out);
    }
  }

  private static void writeEntries(Properties properties, FieldSink out) {
    for (Properties.Entry entry : properties.entries()) {
      Property property = entry.property();
      Object value = entry.value();
      out.oneByte(property.id());
      switch (property.type()) {
        case BYTE -> out.oneByte(((Long) value).intValue());
        case TWO_BYTES -> out.twoBytes(((Long) value).intValue());
        case FOUR_BYTES -> out.fourBytes((Long) value);
        case VARIABLE_INT -> out.variableInt(((Long) value).intValue());
        case STRING -> out.string((String) value);
        case BINARY -> out.binary((byte[]) value);
        case STRING_PAIR -> {
          Properties.Pair pair = (Properties.Pair) value;
          out.string(pair.name());
          out.string(pair.value());
        }
      }
    }
  }
}

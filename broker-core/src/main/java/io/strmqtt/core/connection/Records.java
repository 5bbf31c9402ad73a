package io.strmqtt.core.connection;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.strmqtt.api.Message;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import java.nio.charset.StandardCharsets;

/** From packets to the records of the SPI. */
final class Records {
  private Records() {}

  static ProtocolVersion version(MqttVersion version) {
    return switch (version) {
      case V3_1 -> ProtocolVersion.MQTT_3_1;
      case V3_1_1 -> ProtocolVersion.MQTT_3_1_1;
      case V5 -> ProtocolVersion.MQTT_5;
    };
  }

  /**
   * Whether the payload is UTF-8 if its payload format indicator says so (3.3.2.3.2); U+0000 may
   * stand in a payload.
   */
  static boolean isOfItsFormat(byte[] payload, Properties properties) {
    return properties.number(Property.PAYLOAD_FORMAT_INDICATOR, 0) != 1
        || ByteBufUtil.isText(Unpooled.wrappedBuffer(payload), StandardCharsets.UTF_8);
  }

  /** The properties that travel with a message, of a PUBLISH or a will. */
  static Message.Properties properties(Properties from) {
    if (from.isEmpty()) {
      return Message.Properties.NONE;
    }
    return new Message.Properties(
        (int) from.number(Property.PAYLOAD_FORMAT_INDICATOR, -1),
        from.number(Property.MESSAGE_EXPIRY_INTERVAL, -1),
        from.string(Property.CONTENT_TYPE),
        from.string(Property.RESPONSE_TOPIC),
        from.binary(Property.CORRELATION_DATA),
        from.userProperties().stream()
            .map(p -> new Message.UserProperty(p.name(), p.value()))
            .toList());
  }
}

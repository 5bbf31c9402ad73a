package io.strmqtt.core.connection;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.strmqtt.api.Message;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    int payloadFormat = -1;
    long expiryInterval = -1;
    Optional<String> contentType = Optional.empty();
    Optional<String> responseTopic = Optional.empty();
    Optional<byte[]> correlationData = Optional.empty();
    List<Message.UserProperty> userProperties = List.of();
    boolean travels = false;
    List<Properties.Entry> entries = from.entries();
    // One pass: there may be thousands.
    for (int i = 0; i < entries.size(); i++) {
      Object value = entries.get(i).value();
      boolean before = travels;
      travels = true;
      switch (entries.get(i).property()) {
        case PAYLOAD_FORMAT_INDICATOR -> payloadFormat = ((Long) value).intValue();
        case MESSAGE_EXPIRY_INTERVAL -> expiryInterval = (Long) value;
        case CONTENT_TYPE -> contentType = Optional.of((String) value);
        case RESPONSE_TOPIC -> responseTopic = Optional.of((String) value);
        case CORRELATION_DATA -> correlationData = Optional.of((byte[]) value);
        case USER_PROPERTY -> {
          if (userProperties.isEmpty()) {
            userProperties = new ArrayList<>(Math.min(8, entries.size() - i));
          }
          Properties.Pair pair = (Properties.Pair) value;
          userProperties.add(new Message.UserProperty(pair.name(), pair.value()));
        }
        default -> travels = before; // A topic alias or a will delay.
      }
    }
    return travels
        ? new Message.Properties(
            payloadFormat,
            expiryInterval,
            contentType,
            responseTopic,
            correlationData,
            userProperties)
        : Message.Properties.NONE;
  }
}

package io.strmqtt.mqtt.codec;

import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.Property.Carrier;
import io.strmqtt.mqtt.packet.ReasonCode;

/** Reads property sections (section 2.2.2). */
final class PropertyReader {
  private PropertyReader() {}

  /**
   * Reads a section with its length. A section with too many user properties is given up at the
   * first that is too many: each would become half a dozen objects.
   *
   * @param carrier one of the bits of {@link Carrier}
   */
  static Properties read(PacketReader in, int carrier, PacketType.Sender sender) {
    int length = in.variableInt("property length");
    if (length == 0) {
      return Properties.NONE;
    }
    int outer = in.enter(length, "property section");
    Properties.Builder properties = Properties.builder();
    long seen = 0;
    int userProperties = 0;
    while (in.remaining() > 0) {
      int id = in.variableInt("property identifier");
      Property property = Property.of(id);
      if (property == null) {
        throw in.malformed("unknown property " + id);
      }
      if (!property.isAllowedIn(carrier)) {
        throw in.malformed(property + " is not a property of this packet");
      }
      checkSender(in, property, carrier, sender);
      long bit = 1L << property.ordinal();
      if ((seen & bit) != 0 && !mayRepeat(property, carrier)) {
        throw in.protocolError(property + " stands twice");
      }
      seen |= bit;
      if (property == Property.USER_PROPERTY && ++userProperties > in.maxUserProperties()) {
        throw in.error(
            ReasonCode.QUOTA_EXCEEDED, "more than " + in.maxUserProperties() + " user properties");
      }
      readValue(in, property, properties);
    }
    in.leave(outer);
    if (has(seen, Property.AUTHENTICATION_DATA) && !has(seen, Property.AUTHENTICATION_METHOD)) {
      throw in.protocolError("authentication data without a method"); // 3.1.2.11.10
    }
    return properties.build();
  }

  private static boolean has(long seen, Property property) {
    return (seen & 1L << property.ordinal()) != 0;
  }

  private static boolean mayRepeat(Property property, int carrier) {
    return property == Property.USER_PROPERTY
        || property == Property.SUBSCRIPTION_IDENTIFIER && carrier == Carrier.PUBLISH;
  }

  private static void checkSender(
      PacketReader in, Property property, int carrier, PacketType.Sender sender) {
    boolean wrong =
        switch (property) {
          case SUBSCRIPTION_IDENTIFIER -> // MQTT-3.3.4-6
              carrier == Carrier.PUBLISH && sender == PacketType.Sender.CLIENT;
          case SESSION_EXPIRY_INTERVAL -> // MQTT-3.14.2-2
              carrier == Carrier.DISCONNECT && sender == PacketType.Sender.SERVER;
          case SERVER_REFERENCE -> sender == PacketType.Sender.CLIENT;
          default -> false;
        };
    if (wrong) {
      throw in.protocolError(
          property + " from a " + (sender == PacketType.Sender.CLIENT ? "client" : "server"));
    }
  }

  private static void readValue(PacketReader in, Property property, Properties.Builder to) {
    String name = property.name();
    switch (property.type()) {
      case BYTE -> to.add(property, checked(in, property, in.oneByte(name)));
      case TWO_BYTES -> to.add(property, checked(in, property, in.twoBytes(name)));
      case FOUR_BYTES -> to.add(property, checked(in, property, in.fourBytes(name)));
      case VARIABLE_INT -> to.add(property, checked(in, property, in.variableInt(name)));
      case STRING -> to.add(property, checked(in, property, in.string(name)));
      case BINARY -> to.add(property, in.binary(name));
      case STRING_PAIR -> to.addUser(in.string(name), in.string(name));
    }
  }

  private static String checked(PacketReader in, Property property, String value) {
    if (property == Property.RESPONSE_TOPIC
        && (value.isEmpty() || value.indexOf('+') >= 0 || value.indexOf('#') >= 0)) {
      throw in.protocolError("response topic is no topic name"); // MQTT-3.3.2-14
    }
    return value;
  }

  private static long checked(PacketReader in, Property property, long value) {
    switch (property) {
      case TOPIC_ALIAS -> {
        if (value == 0) { // MQTT-3.3.2-8
          throw in.error(ReasonCode.TOPIC_ALIAS_INVALID, "topic alias is 0");
        }
      }
      case RECEIVE_MAXIMUM, MAXIMUM_PACKET_SIZE, SUBSCRIPTION_IDENTIFIER -> {
        if (value == 0) {
          throw in.protocolError(property + " is 0");
        }
      }
      default -> {
        // every property of one byte is a choice between 0 and 1
        if (property.type() == Property.Type.BYTE && value > 1) {
          throw in.protocolError(property + " is " + value);
        }
      }
    }
    return value;
  }
}

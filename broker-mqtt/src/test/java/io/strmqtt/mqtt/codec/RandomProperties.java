package io.strmqtt.mqtt.codec;

import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.Property.Carrier;
import java.util.Random;

/** Property sections and the fields they are made of, drawn from a seeded source. */
final class RandomProperties {
  private final Random random;

  RandomProperties(Random random) {
    this.random = random;
  }

  /** Strings of all of Unicode, short ones and sometimes one of the greatest length. */
  String string() {
    int kind = random.nextInt(301);
    if (kind == 0) {
      return switch (random.nextInt(3)) {
        case 0 -> "€".repeat(21_845);
        case 1 -> "x".repeat(65_535);
        default -> "y".repeat(700);
      };
    }
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(kind % 2 == 0 ? 13 : 41); left > 0; left--) {
      text.appendCodePoint(kind % 2 == 0 ? codePoint() : 'a' + random.nextInt(26));
    }
    return text.toString();
  }

  /** Any character a string may hold: neither U+0000 nor a surrogate. */
  private int codePoint() {
    int any = random.nextBoolean() ? 1 + random.nextInt(0x7F) : 1 + random.nextInt(0x10FFFF);
    return any >= Character.MIN_SURROGATE && any <= Character.MAX_SURROGATE ? '€' : any;
  }

  String topic() {
    String topic = string().replace('+', '/').replace('#', '/');
    return topic.isEmpty() ? "/" : topic;
  }

  byte[] binary() {
    byte[] bytes = new byte[random.nextInt(201)];
    random.nextBytes(bytes);
    return bytes;
  }

  /** What the sender may put in the section; nothing in 3.x. */
  Properties of(MqttVersion version, int carrier, PacketType.Sender sender) {
    if (version != MqttVersion.V5 || random.nextInt(4) == 0) {
      return Properties.NONE;
    }
    Properties.Builder builder = Properties.builder();
    boolean hasMethod = false;
    int likely = 1 + random.nextInt(4);
    for (Property property : Property.values()) {
      boolean wanted =
          property.isAllowedIn(carrier)
              && maySend(property, carrier, sender)
              && random.nextInt(4) < likely
              && (property != Property.AUTHENTICATION_DATA || hasMethod);
      if (wanted) {
        hasMethod |= property == Property.AUTHENTICATION_METHOD;
        int times = mayRepeat(property, carrier) ? 1 + random.nextInt(3) : 1;
        for (int i = 0; i < times; i++) {
          add(property, builder);
        }
      }
    }
    return builder.build();
  }

  private static boolean maySend(Property property, int carrier, PacketType.Sender sender) {
    return switch (property) {
      case SUBSCRIPTION_IDENTIFIER ->
          carrier != Carrier.PUBLISH || sender == PacketType.Sender.SERVER;
      case SESSION_EXPIRY_INTERVAL ->
          carrier != Carrier.DISCONNECT || sender == PacketType.Sender.CLIENT;
      case SERVER_REFERENCE -> sender == PacketType.Sender.SERVER;
      default -> true;
    };
  }

  private static boolean mayRepeat(Property property, int carrier) {
    return property == Property.USER_PROPERTY
        || property == Property.SUBSCRIPTION_IDENTIFIER && carrier == Carrier.PUBLISH;
  }

  private void add(Property property, Properties.Builder builder) {
    switch (property.type()) {
      case BYTE -> builder.add(property, random.nextInt(2));
      case TWO_BYTES -> builder.add(property, number(0xFFFF));
      case FOUR_BYTES -> builder.add(property, number(0xFFFF_FFFFL));
      case VARIABLE_INT -> builder.add(property, number(268_435_455));
      case STRING ->
          builder.add(property, property == Property.RESPONSE_TOPIC ? topic() : string());
      case BINARY -> builder.add(property, binary());
      case STRING_PAIR -> builder.addUser(string(), string());
    }
  }

  /** From 1 on; the ends of the range, where encodings change their length, come often. */
  private long number(long greatest) {
    return switch (random.nextInt(4)) {
      case 0 -> 1;
      case 1 -> greatest;
      case 2 -> Math.min(greatest, 1L << random.nextInt(32));
      default -> 1 + random.nextLong(greatest);
    };
  }
}

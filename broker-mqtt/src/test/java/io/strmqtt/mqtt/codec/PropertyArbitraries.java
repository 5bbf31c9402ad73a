package io.strmqtt.mqtt.codec;

import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.Property.Carrier;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Property sections and the fields they are made of. */
final class PropertyArbitraries {
  private PropertyArbitraries() {}

  /** Strings of all of Unicode, short ones and sometimes one of the greatest length. */
  static Arbitrary<String> strings() {
    Arbitrary<Integer> any =
        Arbitraries.integers().between(1, 0x10FFFF).filter(c -> c < 0xD800 || c > 0xDFFF);
    Arbitrary<Integer> ascii = Arbitraries.integers().between(1, 0x7F);
    Arbitrary<String> unicode =
        Arbitraries.oneOf(any, ascii).list().ofMaxSize(12).map(PropertyArbitraries::text);
    Arbitrary<String> plain = Arbitraries.strings().alpha().ofMaxLength(40);
    Arbitrary<String> longest =
        Arbitraries.of("€".repeat(21_845), "x".repeat(65_535), "y".repeat(700));
    return Arbitraries.frequencyOf(
        Tuple.of(150, unicode), Tuple.of(150, plain), Tuple.of(1, longest));
  }

  static Arbitrary<String> topics() {
    return strings()
        .map(s -> s.replace('+', '/').replace('#', '/'))
        .map(s -> s.isEmpty() ? "/" : s);
  }

  static Arbitrary<byte[]> binary() {
    return Arbitraries.bytes().array(byte[].class).ofMaxSize(200);
  }

  /** What the sender may put in the section; nothing in 3.x. */
  static Arbitrary<Properties> of(MqttVersion version, int carrier, PacketType.Sender sender) {
    if (version != MqttVersion.V5) {
      return Arbitraries.just(Properties.NONE);
    }
    List<Property> allowed =
        Arrays.stream(Property.values())
            .filter(p -> p.isAllowedIn(carrier) && maySend(p, carrier, sender))
            .toList();
    return Arbitraries.subsetOf(allowed)
        .filter(
            set ->
                !set.contains(Property.AUTHENTICATION_DATA)
                    || set.contains(Property.AUTHENTICATION_METHOD))
        .flatMap(
            set ->
                Combinators.combine(set.stream().map(p -> entries(p, carrier)).toList())
                    .as(
                        parts -> {
                          Properties.Builder builder = Properties.builder();
                          parts.forEach(part -> part.accept(builder));
                          return builder.build();
                        }));
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

  private static Arbitrary<Consumer<Properties.Builder>> entries(Property property, int carrier) {
    boolean repeats =
        property == Property.USER_PROPERTY
            || property == Property.SUBSCRIPTION_IDENTIFIER && carrier == Carrier.PUBLISH;
    return entry(property)
        .list()
        .ofMinSize(1)
        .ofMaxSize(repeats ? 3 : 1)
        .map(list -> builder -> list.forEach(one -> one.accept(builder)));
  }

  private static Arbitrary<Consumer<Properties.Builder>> entry(Property property) {
    return switch (property.type()) {
      case BYTE -> number(property, 0, 1);
      case TWO_BYTES -> number(property, 1, 0xFFFF);
      case FOUR_BYTES -> number(property, 1, 0xFFFFFFFFL);
      case VARIABLE_INT -> number(property, 1, 268_435_455);
      case STRING ->
          (property == Property.RESPONSE_TOPIC ? topics() : strings())
              .map(value -> builder -> builder.add(property, value));
      case BINARY -> binary().map(value -> builder -> builder.add(property, value));
      case STRING_PAIR ->
          Combinators.combine(strings(), strings())
              .as((name, value) -> builder -> builder.addUser(name, value));
    };
  }

  private static Arbitrary<Consumer<Properties.Builder>> number(
      Property property, long least, long greatest) {
    return Arbitraries.longs()
        .between(least, greatest)
        .map(value -> builder -> builder.add(property, value));
  }

  private static String text(List<Integer> codePoints) {
    StringBuilder text = new StringBuilder();
    codePoints.forEach(text::appendCodePoint);
    return text.toString();
  }
}

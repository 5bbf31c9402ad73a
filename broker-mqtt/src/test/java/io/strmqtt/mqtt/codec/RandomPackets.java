package io.strmqtt.mqtt.codec;

import io.strmqtt.mqtt.codec.PacketType.Sender;
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
import io.strmqtt.mqtt.packet.Property.Carrier;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Packets that a side may send in a version, and that the version can express, drawn from a seeded
 * source.
 */
final class RandomPackets {
  private final Random random;
  private final RandomProperties fields;
  private final MqttVersion version;
  private final Sender sender;

  RandomPackets(Random random, MqttVersion version, Sender sender) {
    this.random = random;
    this.fields = new RandomProperties(random);
    this.version = version;
    this.sender = sender;
  }

  /** Any packet of any version, CONNECT among them. */
  static Sample sample(Random random) {
    MqttVersion version = MqttVersion.values()[random.nextInt(3)];
    Sender sender = random.nextInt(3) == 0 ? Sender.SERVER : Sender.CLIENT;
    RandomPackets of = new RandomPackets(random, version, sender);
    boolean connect = sender == Sender.CLIENT && random.nextInt(3) == 0;
    return new Sample(version, sender, connect ? of.connect() : of.afterConnect());
  }

  MqttPacket afterConnect() {
    List<Supplier<MqttPacket>> all = new ArrayList<>();
    all.add(this::publish);
    all.add(() -> new Puback(id(), code(PacketType.PUBACK), properties(Carrier.ACKS)));
    all.add(() -> new Pubrec(id(), code(PacketType.PUBREC), properties(Carrier.ACKS)));
    all.add(() -> new Pubrel(id(), code(PacketType.PUBREL), properties(Carrier.ACKS)));
    all.add(() -> new Pubcomp(id(), code(PacketType.PUBCOMP), properties(Carrier.ACKS)));
    if (version == MqttVersion.V5) {
      all.add(this::auth);
    }
    if (version == MqttVersion.V5 || sender == Sender.CLIENT) {
      all.add(() -> new Disconnect(code(PacketType.DISCONNECT), properties(Carrier.DISCONNECT)));
    }
    if (sender == Sender.CLIENT) {
      all.add(() -> new Subscribe(id(), some(this::request), properties(Carrier.SUBSCRIBE)));
      all.add(() -> new Unsubscribe(id(), some(fields::string), properties(Carrier.UNSUBSCRIBE)));
      all.add(Pingreq::new);
    } else {
      all.add(this::connack);
      all.add(
          () -> new Suback(id(), some(() -> code(PacketType.SUBACK)), properties(Carrier.ACKS)));
      all.add(this::unsuback);
      all.add(Pingresp::new);
    }
    return all.get(random.nextInt(all.size())).get();
  }

  Connect connect() {
    boolean isV5 = version == MqttVersion.V5;
    String id = fields.string();
    Optional<Will> will =
        maybe(
            () ->
                new Will(fields.topic(), fields.binary(), qos(), flag(), properties(Carrier.WILL)));
    Optional<String> username = maybe(fields::string);
    Optional<byte[]> password =
        isV5 || username.isPresent() ? maybe(fields::binary) : Optional.empty();
    return new Connect(
        version,
        id.isEmpty() && !isV5 ? "id" : id,
        flag(),
        random.nextInt(0x10000),
        will,
        username,
        password,
        properties(Carrier.CONNECT));
  }

  private Connack connack() {
    boolean sessionPresent = version != MqttVersion.V3_1 && flag();
    return new Connack(sessionPresent, code(PacketType.CONNACK), properties(Carrier.CONNACK));
  }

  private Unsuback unsuback() {
    List<ReasonCode> codes =
        version == MqttVersion.V5 ? some(() -> code(PacketType.UNSUBACK)) : List.of();
    return new Unsuback(id(), codes, properties(Carrier.ACKS));
  }

  private Publish publish() {
    Properties properties = properties(Carrier.PUBLISH);
    boolean byAlias = flag() && properties.has(Property.TOPIC_ALIAS);
    int qos = qos();
    return new Publish(
        byAlias ? "" : fields.topic(),
        qos,
        flag(),
        qos > 0 && flag(),
        qos == 0 ? 0 : id(),
        fields.binary(),
        properties);
  }

  private Auth auth() {
    Properties properties = properties(Carrier.AUTH);
    return properties.has(Property.AUTHENTICATION_METHOD)
        ? new Auth(code(PacketType.AUTH), properties)
        : new Auth(ReasonCode.SUCCESS, Properties.NONE);
  }

  private Subscribe.Request request() {
    boolean isV5 = version == MqttVersion.V5;
    String filter = fields.string();
    return new Subscribe.Request(
        filter, qos(), isV5 && flag(), isV5 && flag(), isV5 ? random.nextInt(3) : 0);
  }

  private Properties properties(int carrier) {
    return fields.of(version, carrier, sender);
  }

  private ReasonCode code(PacketType type) {
    List<ReasonCode> codes =
        version == MqttVersion.V5
            ? Arrays.stream(ReasonCode.values()).filter(type::mayCarry).toList()
            : switch (type) {
              case CONNACK ->
                  List.of(
                      ReasonCode.SUCCESS,
                      ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                      ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                      ReasonCode.SERVER_UNAVAILABLE,
                      ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                      ReasonCode.NOT_AUTHORIZED);
              case SUBACK ->
                  List.of(
                      ReasonCode.SUCCESS,
                      ReasonCode.GRANTED_QOS_1,
                      ReasonCode.GRANTED_QOS_2,
                      ReasonCode.UNSPECIFIED_ERROR);
              default -> List.of(ReasonCode.SUCCESS);
            };
    return codes.get(random.nextInt(codes.size()));
  }

  private <T> List<T> some(Supplier<T> one) {
    List<T> all = new ArrayList<>();
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      all.add(one.get());
    }
    return all;
  }

  private <T> Optional<T> maybe(Supplier<T> one) {
    return flag() ? Optional.of(one.get()) : Optional.empty();
  }

  private int id() {
    return 1 + random.nextInt(0xFFFF);
  }

  private int qos() {
    return random.nextInt(3);
  }

  private boolean flag() {
    return random.nextBoolean();
  }
}

package io.strmqtt.mqtt.codec;

import static net.jqwik.api.Combinators.combine;

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
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Every packet that a side may send in a version, and that the version can express. */
final class PacketArbitraries {
  private final MqttVersion version;
  private final Sender sender;

  private PacketArbitraries(MqttVersion version, Sender sender) {
    this.version = version;
    this.sender = sender;
  }

  static Arbitrary<Sample> samples() {
    List<Arbitrary<Sample>> all = new ArrayList<>();
    for (MqttVersion version : MqttVersion.values()) {
      all.add(connects(version).map(p -> new Sample(version, Sender.CLIENT, p)));
      for (Sender sender : List.of(Sender.CLIENT, Sender.SERVER)) {
        all.add(afterConnect(version, sender).map(p -> new Sample(version, sender, p)));
      }
    }
    return Arbitraries.oneOf(all);
  }

  static Arbitrary<Connect> connects(MqttVersion version) {
    return new PacketArbitraries(version, Sender.CLIENT).connect();
  }

  static Arbitrary<MqttPacket> afterConnect(MqttVersion version, Sender sender) {
    PacketArbitraries of = new PacketArbitraries(version, sender);
    List<Arbitrary<? extends MqttPacket>> all = new ArrayList<>(of.both());
    all.addAll(sender == Sender.CLIENT ? of.fromClient() : of.fromServer());
    return Arbitraries.oneOf(all.stream().map(a -> a.map(p -> (MqttPacket) p)).toList());
  }

  private List<Arbitrary<? extends MqttPacket>> both() {
    List<Arbitrary<? extends MqttPacket>> all = new ArrayList<>();
    all.add(publish());
    all.add(combine(ids(), codes(PacketType.PUBACK), properties(Carrier.ACKS)).as(Puback::new));
    all.add(combine(ids(), codes(PacketType.PUBREC), properties(Carrier.ACKS)).as(Pubrec::new));
    all.add(combine(ids(), codes(PacketType.PUBREL), properties(Carrier.ACKS)).as(Pubrel::new));
    all.add(combine(ids(), codes(PacketType.PUBCOMP), properties(Carrier.ACKS)).as(Pubcomp::new));
    if (version == MqttVersion.V5) {
      all.add(auth());
    }
    if (version == MqttVersion.V5 || sender == Sender.CLIENT) {
      all.add(
          combine(codes(PacketType.DISCONNECT), properties(Carrier.DISCONNECT))
              .as(Disconnect::new));
    }
    return all;
  }

  private List<Arbitrary<? extends MqttPacket>> fromClient() {
    return List.of(
        combine(ids(), requests().list().ofMinSize(1).ofMaxSize(4), properties(Carrier.SUBSCRIBE))
            .as(Subscribe::new),
        combine(
                ids(),
                PropertyArbitraries.strings().list().ofMinSize(1).ofMaxSize(4),
                properties(Carrier.UNSUBSCRIBE))
            .as(Unsubscribe::new),
        Arbitraries.just(new Pingreq()));
  }

  private List<Arbitrary<? extends MqttPacket>> fromServer() {
    Arbitrary<List<ReasonCode>> unsubackCodes =
        version == MqttVersion.V5
            ? codes(PacketType.UNSUBACK).list().ofMinSize(1).ofMaxSize(4)
            : Arbitraries.just(List.of());
    Arbitrary<Boolean> sessionPresent =
        version == MqttVersion.V3_1 ? Arbitraries.just(false) : flags();
    return List.of(
        combine(sessionPresent, codes(PacketType.CONNACK), properties(Carrier.CONNACK))
            .as(Connack::new),
        combine(
                ids(),
                codes(PacketType.SUBACK).list().ofMinSize(1).ofMaxSize(4),
                properties(Carrier.ACKS))
            .as(Suback::new),
        combine(ids(), unsubackCodes, properties(Carrier.ACKS)).as(Unsuback::new),
        Arbitraries.just(new Pingresp()));
  }

  private Arbitrary<Connect> connect() {
    Arbitrary<Will> wills =
        combine(
                PropertyArbitraries.topics(),
                PropertyArbitraries.binary(),
                qos(),
                flags(),
                properties(Carrier.WILL))
            .as(Will::new);
    return combine(
            PropertyArbitraries.strings(),
            flags(),
            Arbitraries.integers().between(0, 0xFFFF),
            wills.optional(),
            PropertyArbitraries.strings().optional(),
            PropertyArbitraries.binary().optional(),
            properties(Carrier.CONNECT))
        .as(this::connect);
  }

  private Connect connect(
      String clientId,
      boolean cleanStart,
      int keepAlive,
      Optional<Will> will,
      Optional<String> username,
      Optional<byte[]> password,
      Properties properties) {
    boolean isV5 = version == MqttVersion.V5;
    String id = clientId.isEmpty() && !isV5 ? "id" : clientId;
    Optional<byte[]> secret = isV5 || username.isPresent() ? password : Optional.empty();
    return new Connect(version, id, cleanStart, keepAlive, will, username, secret, properties);
  }

  private Arbitrary<Publish> publish() {
    return combine(
            PropertyArbitraries.topics(),
            qos(),
            flags(),
            flags(),
            ids(),
            PropertyArbitraries.binary(),
            properties(Carrier.PUBLISH),
            flags())
        .as(
            (topic, qos, retain, dup, id, payload, properties, byAlias) ->
                new Publish(
                    byAlias && properties.has(Property.TOPIC_ALIAS) ? "" : topic,
                    qos,
                    retain,
                    dup && qos > 0,
                    qos == 0 ? 0 : id,
                    payload,
                    properties));
  }

  private Arbitrary<Auth> auth() {
    Arbitrary<Auth> full =
        combine(
                codes(PacketType.AUTH),
                properties(Carrier.AUTH).filter(p -> p.has(Property.AUTHENTICATION_METHOD)))
            .as(Auth::new);
    Arbitrary<Auth> empty = Arbitraries.just(new Auth(ReasonCode.SUCCESS, Properties.NONE));
    return Arbitraries.oneOf(full, empty);
  }

  private Arbitrary<Subscribe.Request> requests() {
    boolean isV5 = version == MqttVersion.V5;
    return combine(
            PropertyArbitraries.strings(),
            qos(),
            flags(),
            flags(),
            Arbitraries.integers().between(0, 2))
        .as(
            (filter, qos, noLocal, asPublished, handling) ->
                new Subscribe.Request(
                    filter, qos, isV5 && noLocal, isV5 && asPublished, isV5 ? handling : 0));
  }

  private Arbitrary<Properties> properties(int carrier) {
    return PropertyArbitraries.of(version, carrier, sender);
  }

  private Arbitrary<ReasonCode> codes(PacketType type) {
    if (version == MqttVersion.V5) {
      return Arbitraries.of(Arrays.stream(ReasonCode.values()).filter(type::mayCarry).toList());
    }
    return switch (type) {
      case CONNACK ->
          Arbitraries.of(
              ReasonCode.SUCCESS,
              ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
              ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
              ReasonCode.SERVER_UNAVAILABLE,
              ReasonCode.BAD_USER_NAME_OR_PASSWORD,
              ReasonCode.NOT_AUTHORIZED);
      case SUBACK ->
          Arbitraries.of(
              ReasonCode.SUCCESS,
              ReasonCode.GRANTED_QOS_1,
              ReasonCode.GRANTED_QOS_2,
              ReasonCode.UNSPECIFIED_ERROR);
      default -> Arbitraries.just(ReasonCode.SUCCESS);
    };
  }

  private static Arbitrary<Integer> ids() {
    return Arbitraries.integers().between(1, 0xFFFF);
  }

  private static Arbitrary<Integer> qos() {
    return Arbitraries.integers().between(0, 2);
  }

  private static Arbitrary<Boolean> flags() {
    return Arbitraries.of(false, true);
  }
}

package io.strmqtt.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MqttDecoderTest {
  private static final String CONNECT_4 = "10 0d 0004 4d515454 04 02 003c 0001 63";

  @Test
  void theVersionIsUnknownUntilAConnectNamesIt() {
    MqttDecoder decoder = Wire.newServer();
    assertThat(decoder.version()).isNull();
    decoder.decode(Wire.buffer(CONNECT_4));
    assertThat(decoder.version()).isEqualTo(MqttVersion.V3_1_1);
  }

  @Test
  void theVersionIsKnownWhenTheRestOfTheConnectIsMalformed() {
    MqttDecoder decoder = Wire.newServer();
    ByteBuf in = Wire.buffer("10 0d 0004 4d515454 05 03 003c 0001 63");
    assertThat(catchThrowable(() -> decoder.decode(in)))
        .isInstanceOf(MalformedPacketException.class);
    assertThat(decoder.version()).isEqualTo(MqttVersion.V5);
  }

  @Test
  void anUnknownVersionStaysUnknown() {
    MqttDecoder decoder = Wire.newServer();
    ByteBuf in = Wire.buffer("10 0d 0004 4d515454 07 02 003c 0001 63");
    assertThat(catchThrowable(() -> decoder.decode(in)))
        .isInstanceOf(MalformedPacketException.class);
    assertThat(decoder.version()).isNull();
  }

  @Test
  void aConnectOfExactlyTheLimitIsAcceptedAndOneByteMoreIsNot() {
    assertThat(new MqttDecoder(15, 2, 10, 100).decode(Wire.buffer(CONNECT_4))).isNotNull();
    assertThatThrownBy(() -> new MqttDecoder(14, 100, 10, 100).decode(Wire.buffer("10 0d")))
        .hasMessage("CONNECT: 15 bytes");
  }

  @Test
  void theLimitOfLaterPacketsIsNotThatOfTheConnect() {
    MqttDecoder decoder = new MqttDecoder(15, 20, 10, 100);
    decoder.decode(Wire.buffer(CONNECT_4));
    assertThat(decoder.decode(Wire.buffer("30 12 0001 61 000102030405060708090a0b0c0d0e")))
        .isNotNull();
    assertThatThrownBy(() -> decoder.decode(Wire.buffer("30 13"))).hasMessage("PUBLISH: 21 bytes");
  }

  @Test
  void behindAConnectWithAnAuthenticationMethodPacketsStaySmallUntilItIsAccepted() {
    String connect = "10 11 0004 4d515454 05 02 0000 04 15 0001 6d 0000";
    String largest = "f0 11 18 0f 15 0001 6d 16 0008 0000000000000000";
    MqttDecoder decoder = new MqttDecoder(19, 30, 10, 100);
    assertThat(decoder.decode(Wire.buffer(connect))).isInstanceOf(MqttPacket.Connect.class);
    assertThat(decoder.decode(Wire.buffer(largest))).isInstanceOf(MqttPacket.Auth.class);
    assertThatThrownBy(() -> decoder.decode(Wire.buffer("f0 12"))).hasMessage("AUTH: 20 bytes");

    MqttDecoder accepted = new MqttDecoder(19, 30, 10, 100);
    accepted.decode(Wire.buffer(connect));
    accepted.accepted();
    assertThat(accepted.decode(Wire.buffer("30 1c"))).isNull();
    assertThatThrownBy(() -> accepted.decode(Wire.buffer("30 1d"))).hasMessage("PUBLISH: 31 bytes");
  }

  @Test
  void packetsInOneBufferAreTakenOneByOne() {
    MqttDecoder decoder = Wire.newServer();
    ByteBuf in = Wire.buffer(CONNECT_4 + "c0 00 30 03 0001 61 e0");
    assertThat(decoder.decode(in)).isInstanceOf(MqttPacket.Connect.class);
    assertThat(decoder.decode(in)).isInstanceOf(MqttPacket.Pingreq.class);
    assertThat(decoder.decode(in)).isInstanceOf(MqttPacket.Publish.class);
    assertThat(decoder.decode(in)).isNull();
    assertThat(in.readableBytes()).isEqualTo(1);
  }

  @Test
  void aTopicThatRepeatsIsTheSameString() {
    MqttDecoder decoder = Wire.server(MqttVersion.V5);
    String first = publish(decoder, "a/b").topic();
    String second = publish(decoder, "a/b").topic();
    assertThat(second).isSameAs(first);
  }

  @Test
  void topicsOfOneLengthAreNotTakenForEachOther() {
    MqttDecoder decoder = Wire.server(MqttVersion.V5);
    for (String topic : new String[] {"a/b", "a/c", "a/b", "a", "a/b/c/d", "a/b/c", "ä", "a/"}) {
      assertThat(publish(decoder, topic).topic()).isEqualTo(topic);
    }
  }

  @Test
  void aTopicLongerThanWhatIsKeptIsReadEveryTime() {
    MqttDecoder decoder = Wire.server(MqttVersion.V5);
    for (int length : new int[] {65_535, 513, 512, 511, 33, 32, 31}) {
      String topic = "x".repeat(length);
      assertThat(publish(decoder, topic).topic()).isEqualTo(topic);
      assertThat(publish(decoder, topic).topic()).isEqualTo(topic);
    }
  }

  @Test
  void propertiesThatAreMissingAreShared() {
    assertThat(publish(Wire.server(MqttVersion.V5), "a").properties()).isSameAs(Properties.NONE);
  }

  @Test
  void theMessageNamesThePacketAndTheFault() {
    assertThatThrownBy(
            () -> Wire.server(MqttVersion.V3_1_1).decode(Wire.buffer("30 05 0003 61ff62")))
        .hasMessage("PUBLISH: topic name is not a valid UTF-8 string");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10 0f 0006 4d5149736470 03 01 000a 0001 70",
        "14 0f 0006 4d5149736470 03 01 000a 0001 70",
        "1f 0f 0006 4d5149736470 03 39 000a 0001 70",
        "16 0f 0006 4d5149736470 83 00 000a 0001 70"
      })
  void in31ReservedFlagsOfAConnectAreNotJudged(String hex) {
    ByteBuf whole = Wire.buffer(hex);
    for (int length = 1; length < whole.readableBytes(); length++) {
      assertThat(Wire.newServer().decode(whole.slice(0, length))).isNull();
    }
    Connect connect = (Connect) Wire.newServer().decode(whole);
    assertThat(connect.clientId()).isEqualTo("p");
    assertThat(connect.keepAlive()).isEqualTo(10);
    assertThat(connect.will()).isEmpty();
    assertThat(connect.bridge()).isEqualTo(hex.contains(" 83 "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "38 04 0001 61 62",
        "4f 02 0001",
        "50 02 0001",
        "60 02 0001",
        "75 02 0001",
        "80 06 0001 0001 61 01",
        "8f 06 0001 0001 61 fd",
        "a0 05 0001 0001 61",
        "c7 00",
        "e9 00"
      })
  void in31WhatIsNotUsedIsNotJudged(String hex) {
    MqttPacket packet = Wire.server(MqttVersion.V3_1).decode(Wire.buffer(hex));
    assertThat(packet).isNotNull();
    if (packet instanceof Publish publish) {
      assertThat(publish.dup()).isFalse();
    }
    if (packet instanceof MqttPacket.Subscribe subscribe) {
      assertThat(subscribe.requests())
          .containsExactly(new MqttPacket.Subscribe.Request("a", 1, false, false, 0));
    }
  }

  @Test
  void filtersBeyondTheMostAreJudgedAndCounted() {
    MqttDecoder decoder = new MqttDecoder(15, 100, 10, 1);
    decoder.decode(Wire.buffer(CONNECT_4));
    assertThat(decoder.decode(Wire.buffer("82 0e 0001 0001 61 01 0001 62 00 0001 63 02")))
        .isEqualTo(
            new MqttPacket.Subscribe(
                1,
                List.of(new MqttPacket.Subscribe.Request("a", 1, false, false, 0)),
                2,
                Properties.NONE));
    assertThat(decoder.decode(Wire.buffer("a2 08 0001 0001 61 0001 62")))
        .isEqualTo(new MqttPacket.Unsubscribe(1, List.of("a"), 1, Properties.NONE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "82 0a 0001 0001 61 01 0001 ff 00", // no UTF-8
        "82 0a 0001 0001 61 01 0001 62 03", // QoS 3
        "82 09 0001 0001 61 01 0001 62", // no options
        "a2 08 0001 0001 61 0001 00", // U+0000
        "a2 07 0001 0001 61 0001" // cut short
      })
  void filtersBeyondTheMostMustBeWellFormed(String hex) {
    MqttDecoder decoder = new MqttDecoder(15, 100, 10, 1);
    decoder.decode(Wire.buffer(CONNECT_4));
    assertThatThrownBy(() -> decoder.decode(Wire.buffer(hex)))
        .isInstanceOf(MalformedPacketException.class);
  }

  @Test
  void noLocalIsNotForSharedSubscriptionsBeyondTheMostEither() {
    MqttDecoder decoder = new MqttDecoder(16, 100, 10, 0);
    decoder.decode(Wire.buffer("10 0e 0004 4d515454 05 02 003c 00 0001 63"));
    String shared = "82 0f 0001 00 0009 24 73 68 61 72 65 2f 67 2f 04".replace(" ", "");
    assertThatThrownBy(() -> decoder.decode(Wire.buffer(shared)))
        .hasMessageContaining("no local on a shared subscription");
  }

  @ParameterizedTest
  @CsvSource({
    "82 80 20 00, true",
    "a2 81 20 00, true",
    "82 ff ff 01, true",
    "80 80 20 00, true",
    "af 80 20 00, true",
    "00 80 20 00, false", //
    "82 ff 1f 00, false",
    "82 7f 00 00, false",
    "32 80 20 00, false",
    "82 80 20, false"
  })
  void aLargeSubscribeIsSeenByItsFirstBytes(String hex, boolean large) {
    ByteBuf in = Wire.buffer(hex);
    assertThat(Wire.server(MqttVersion.V5).isNextSubscribing(in, 4_095)).isEqualTo(large);
    assertThat(in.readerIndex()).isZero();
  }

  @Test
  void aTlsHandshakeIsNamedAtTheFirstByteThatNoConnectHas() {
    assertThat(Wire.newServer().decode(Wire.buffer("16 03"))).isNull();
    assertThatThrownBy(() -> Wire.newServer().decode(Wire.buffer("16 03 01")))
        .hasMessageContaining("as of a TLS handshake");
  }

  @Test
  void theMarkOfABridgeIsTakenIn3x() {
    assertThat(
            (Connect) Wire.newServer().decode(Wire.buffer(CONNECT_4.replace(" 04 02", " 84 02"))))
        .extracting(Connect::version, Connect::bridge)
        .containsExactly(MqttVersion.V3_1_1, true);
    assertThat((Connect) Wire.newServer().decode(Wire.buffer(CONNECT_4)))
        .extracting(Connect::bridge)
        .isEqualTo(false);
  }

  private static Publish publish(MqttDecoder decoder, String topic) {
    Publish publish = new Publish(topic, 0, false, false, 0, new byte[1], Properties.NONE);
    return (Publish) decoder.decode(Unpooled.wrappedBuffer(Wire.encode(publish, MqttVersion.V5)));
  }

  private static Properties userProperties(int count) {
    Properties.Builder properties = Properties.builder();
    for (int i = 0; i < count; i++) {
      properties.addUser("", "");
    }
    return properties.build();
  }

  /** Each packet of a client that may have them, with so many in each section. */
  static Stream<IntFunction<MqttPacket>> packetsWithUserProperties() {
    return Stream.of(
        n -> connect(userProperties(n), Properties.NONE),
        n -> connect(Properties.NONE, userProperties(n)),
        n -> new Publish("t", 0, false, false, 0, new byte[0], userProperties(n)),
        n -> new MqttPacket.Puback(1, ReasonCode.SUCCESS, userProperties(n)),
        n -> new MqttPacket.Pubrec(1, ReasonCode.SUCCESS, userProperties(n)),
        n -> new MqttPacket.Pubrel(1, ReasonCode.SUCCESS, userProperties(n)),
        n -> new MqttPacket.Pubcomp(1, ReasonCode.SUCCESS, userProperties(n)),
        n ->
            new MqttPacket.Subscribe(
                1,
                List.of(new MqttPacket.Subscribe.Request("t", 0, false, false, 0)),
                userProperties(n)),
        n -> new MqttPacket.Unsubscribe(1, List.of("t"), userProperties(n)),
        n -> new MqttPacket.Disconnect(ReasonCode.SUCCESS, userProperties(n)),
        n ->
            new MqttPacket.Auth(
                ReasonCode.REAUTHENTICATE,
                and(userProperties(n), Property.AUTHENTICATION_METHOD, "m")));
  }

  private static MqttPacket connect(Properties own, Properties ofWill) {
    return new MqttPacket.Connect(
        MqttVersion.V5,
        "c",
        true,
        0,
        Optional.of(new MqttPacket.Will("t", new byte[0], 0, false, ofWill)),
        Optional.empty(),
        Optional.empty(),
        own);
  }

  private static Properties and(Properties some, Property property, String value) {
    Properties.Builder all = Properties.builder();
    some.entries().forEach(all::add);
    return all.add(property, value).build();
  }

  @ParameterizedTest
  @MethodSource("packetsWithUserProperties")
  void aPacketWithOneUserPropertyTooManyIsRefused(IntFunction<MqttPacket> packet) {
    MqttPacket fits = packet.apply(Wire.MAX_USER_PROPERTIES);
    assertThat(decoderFor(fits).decode(buffer(fits))).isInstanceOf(fits.getClass());
    MqttPacket tooMany = packet.apply(Wire.MAX_USER_PROPERTIES + 1);
    MqttDecoder decoder = decoderFor(tooMany);
    assertThatThrownBy(() -> decoder.decode(buffer(tooMany)))
        .isInstanceOfSatisfying(
            MalformedPacketException.class,
            e -> assertThat(e.code()).isEqualTo(ReasonCode.QUOTA_EXCEEDED))
        .hasMessageEndingWith(": more than 100 user properties");
  }

  @Test
  void aServerMaySendAsManyUserPropertiesAsItLikes() {
    MqttPacket many = new Publish("t", 0, false, false, 0, new byte[0], userProperties(1_000));
    assertThat(Wire.client(MqttVersion.V5).decode(buffer(many))).isInstanceOf(Publish.class);
  }

  private static MqttDecoder decoderFor(MqttPacket packet) {
    return packet instanceof MqttPacket.Connect ? Wire.newServer() : Wire.server(MqttVersion.V5);
  }

  private static ByteBuf buffer(MqttPacket packet) {
    return Unpooled.wrappedBuffer(Wire.encode(packet, MqttVersion.V5));
  }
}

package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.conformance.Normative;
import io.strmqtt.core.Counters;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The receiver's side of QoS 1 and 2 (4.3.2, 4.3.3), aliases, and limits on publications. */
class InboundQosTest {
  private static Publish message(String payload, int qos, int packetId, boolean dup) {
    return new Publish(
        "t",
        qos,
        false,
        dup,
        packetId,
        payload.getBytes(java.nio.charset.StandardCharsets.UTF_8),
        Properties.NONE);
  }

  private static Pubrel pubrel(int packetId) {
    return new Pubrel(packetId, ReasonCode.SUCCESS, Properties.NONE);
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.3.4-1", "MQTT-2.2.1-5"},
      v311 = {"MQTT-3.3.4-1", "MQTT-2.3.1-6"})
  void theAnswerDependsOnTheQos(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect("s").subscribe("t", 0);
      TestClient client = broker.connect(as("a").version(version));
      client.send(message("x", 0, 0, false)); // 3.3.4-1
      client.receiveNothing();
      client.send(message("x", 1, 7, false));
      Puback puback = client.receive(Puback.class);
      assertThat(puback.packetId()).isEqualTo(7); // 2.2.1-5
      assertThat(puback.code()).isEqualTo(ReasonCode.SUCCESS);
      client.send(message("x", 2, 8, false));
      assertThat(client.receive(Pubrec.class).packetId()).isEqualTo(8);
      client.send(pubrel(8));
      assertThat(client.receive(Pubcomp.class).packetId()).isEqualTo(8);
    }
  }

  @Test
  void aMessageWithoutSubscribersIsAcknowledgedWithItsOwnCodeIn5() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient v5 = broker.connect("a");
      v5.send(message("x", 1, 1, false));
      assertThat(v5.receive(Puback.class).code()).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
      v5.send(message("x", 2, 2, false));
      assertThat(v5.receive(Pubrec.class).code()).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
      assertThat(broker.count(Counters.Event.PUBLISH_WITHOUT_SUBSCRIBER)).isEqualTo(2);

      TestClient v4 = broker.connect(as("b").version(MqttVersion.V3_1_1));
      v4.sendHex("32060001740001 78");
      assertThat(v4.receive(Puback.class).code()).isEqualTo(ReasonCode.SUCCESS);
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-4.3.3-10", "MQTT-4.3.3-11", "MQTT-4.3.3-12"},
      v311 = "MQTT-4.3.3-2")
  void aRepeatedQos2PublishIsAnsweredAndDeliveredOnce(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient subscriber = broker.connect("s").subscribe("t", 0);
      TestClient client = broker.connect(as("a").version(version));
      client.send(message("x", 2, 5, false));
      client.receive(Pubrec.class);
      client.send(message("x", 2, 5, true)); // 4.3.3-10
      assertThat(client.receive(Pubrec.class).packetId()).isEqualTo(5);
      subscriber.receivePublish("x");
      subscriber.receiveNothing();

      client.send(pubrel(5));
      assertThat(client.receive(Pubcomp.class).code()).isEqualTo(ReasonCode.SUCCESS);
      client.send(message("y", 2, 5, false)); // 4.3.3-12
      client.receive(Pubrec.class);
      subscriber.receivePublish("y");
    }
  }

  @ParameterizedTest
  @CsvSource({"V3_1_1, 0", "V3_1_1, 1", "V5, 0", "V5, 1"})
  @Normative(v5 = "MQTT-4.3.3-10", v311 = "MQTT-4.3.3-2")
  void aQos2PublishRepeatedAfterAReconnectIsDeliveredOnce(MqttVersion version, int loop) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient subscriber = broker.connect("s").subscribe("t", 0);
      ConnectOptions options = as("a").version(version).resume();
      if (version == MqttVersion.V5) {
        options.expiry(100);
      }
      TestClient first = broker.connect(options);
      first.send(message("x", 2, 5, false));
      first.drop();
      TestClient back = broker.connect(options.loop(loop));
      back.send(message("x", 2, 5, true));
      back.receive(Pubrec.class);
      back.send(pubrel(5));
      back.receive(Pubcomp.class);

      subscriber.receivePublish("x");
      subscriber.receiveNothing();
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.3.3-11")
  void aRepeatedPubrelIsAnsweredWithNotFoundIn5AndPlainlyIn311() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient v5 = broker.connect("a");
      v5.send(pubrel(5));
      assertThat(v5.receive(Pubcomp.class).code())
          .isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND); // 4.3.3-11
      TestClient v4 = broker.connect(as("b").version(MqttVersion.V3_1_1));
      v4.send(pubrel(5));
      assertThat(v4.receive(Pubcomp.class).packetId()).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-4.3.2-5", v311 = "MQTT-4.3.2-2")
  void aQos1PublishWithTheSameIdIsANewMessageAfterPuback(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient subscriber = broker.connect("s").subscribe("t", 0);
      TestClient client = broker.connect(as("a").version(version));
      client.send(message("x", 1, 5, false));
      client.receive(Puback.class);
      client.send(message("x", 1, 5, true)); // 4.3.2-5
      client.receive(Puback.class);
      subscriber.receivePublish("x");
      subscriber.receivePublish("x");
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.3.4-7")
  void morePublicationsThanTheReceiveMaximumEndTheConnection() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.receiveMaximum = 2)) {
      TestClient client = broker.connect("a");
      client.send(message("x", 2, 1, false), message("x", 2, 2, false));
      client.receive(Pubrec.class);
      client.receive(Pubrec.class);
      client.send(message("x", 2, 2, true)); // a repeat is none more
      client.receive(Pubrec.class);
      client.send(message("x", 2, 3, false)); // 3.3.4-7
      assertThat(client.receiveDisconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED))
          .isEqualTo(Reason.RECEIVE_MAXIMUM_EXCEEDED);
    }
  }

  @Test
  void releasedPublicationsFreeTheReceiveMaximum() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.receiveMaximum = 1)) {
      TestClient client = broker.connect("a");
      for (int i = 1; i < 50; i++) {
        client.publish("t", "x", 1 + i % 2);
      }
      client.receiveNothing();
    }
  }

  @Test
  void acknowledgementsLeaveInTheOrderOfThePublications() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a");
      client.send(
          message("x", 1, 3, false),
          message("x", 2, 1, false),
          message("x", 1, 2, false)); // 4.6.0-2, 4.6.0-3
      assertThat(client.receive(Puback.class).packetId()).isEqualTo(3);
      assertThat(client.receive(Pubrec.class).packetId()).isEqualTo(1);
      assertThat(client.receive(Puback.class).packetId()).isEqualTo(2);
    }
  }

  @Test
  @Normative(v5 = {"MQTT-3.2.2-11", "MQTT-3.2.2-14"})
  void qosAndRetainAboveWhatWasAnnouncedEndTheConnection() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxQos = 1;
              o.limits.retainAvailable = false;
            })) {
      TestClient qos = broker.connect("a");
      qos.send(message("x", 2, 1, false));
      assertThat(qos.receiveDisconnect(ReasonCode.QOS_NOT_SUPPORTED)) // 3.2.2-11
          .isEqualTo(Reason.QOS_NOT_SUPPORTED);
      TestClient retain = broker.connect("b");
      retain.retain("t", "x");
      assertThat(retain.receiveDisconnect(ReasonCode.RETAIN_NOT_SUPPORTED)) // 3.2.2-14
          .isEqualTo(Reason.RETAIN_NOT_SUPPORTED);
    }
  }

  private static Publish aliased(String topic, String payload, int alias) {
    return TestClient.publication(
        topic, payload, 0, false, 0, Properties.builder().add(Property.TOPIC_ALIAS, alias).build());
  }

  @Test
  @Normative(v5 = {"MQTT-3.3.2-12", "MQTT-3.1.2-27"})
  void anAliasStandsForTheTopicItWasLastGivenWith() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.topicAliasMaximum = 2)) {
      TestClient subscriber = broker.connect("s").subscribe("#", 0);
      TestClient client = broker.connect("a");
      client.send(aliased("one", "1", 1), aliased("two", "2", 2)); // 3.3.2-12
      client.send(aliased("", "3", 1), aliased("", "4", 2), aliased("three", "5", 1));
      client.send(aliased("", "6", 1));

      for (String topic : new String[] {"one", "two", "one", "two", "three", "three"}) {
        Publish got = subscriber.receivePublish();
        assertThat(got.topic()).isEqualTo(topic);
        assertThat(got.properties().has(Property.TOPIC_ALIAS)).isFalse(); // 3.1.2-27
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 65_535})
  @Normative(v5 = {"MQTT-3.2.2-17", "MQTT-3.3.2-8", "MQTT-3.3.2-9"})
  void anAliasOutOfRangeEndsTheConnection(int alias) {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.topicAliasMaximum = 2)) {
      TestClient client = broker.connect("a");
      client.send(aliased("t", "x", alias)); // 3.2.2-17, 3.3.2-8
      assertThat(client.receiveDisconnect(ReasonCode.TOPIC_ALIAS_INVALID))
          .isEqualTo(Reason.TOPIC_ALIAS_INVALID);
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.2.2-18")
  void aliasesThatAreNotOfferedEndTheConnection() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.topicAliasMaximum = 0)) {
      TestClient client = broker.connect("a");
      client.send(aliased("t", "x", 1));
      client.receiveDisconnect(ReasonCode.TOPIC_ALIAS_INVALID); // 3.2.2-18
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.3.2-7")
  void aliasesDieWithTheConnection() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(as("a").expiry(100));
      first.send(aliased("t", "x", 1));
      first.drop();
      TestClient back = broker.connect(as("a").resume().expiry(100));
      back.send(aliased("", "x", 1)); // 3.3.2-7
      back.receiveDisconnect(ReasonCode.PROTOCOL_ERROR);
    }
  }

  @Test
  @Normative(
      v5 = {
        "MQTT-3.3.2-4",
        "MQTT-3.3.2-15",
        "MQTT-3.3.2-16",
        "MQTT-3.3.2-17",
        "MQTT-3.3.2-18",
        "MQTT-3.3.2-20"
      })
  void propertiesTravelUnchangedAndInOrder() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient subscriber = broker.connect("s").subscribe("t", 0);
      Properties sent =
          Properties.builder()
              .add(Property.PAYLOAD_FORMAT_INDICATOR, 1)
              .add(Property.CONTENT_TYPE, "text/plain")
              .add(Property.RESPONSE_TOPIC, "reply/to")
              .add(Property.CORRELATION_DATA, new byte[] {0, 1, 2})
              .addUser("b", "1")
              .addUser("a", "2")
              .addUser("b", "3")
              .build();
      broker.connect("a").publish("t", "x", 1, false, sent);

      Properties got = subscriber.receivePublish("x").properties();
      assertThat(got.number(Property.PAYLOAD_FORMAT_INDICATOR, -1)).isEqualTo(1); // 3.3.2-4
      assertThat(got.string(Property.CONTENT_TYPE)).contains("text/plain"); // 3.3.2-20
      assertThat(got.string(Property.RESPONSE_TOPIC)).contains("reply/to"); // 3.3.2-15
      assertThat(got.binary(Property.CORRELATION_DATA))
          .hasValueSatisfying(d -> assertThat(d).containsExactly(0, 1, 2)); // 3.3.2-16
      assertThat(got.userProperties()).isEqualTo(sent.userProperties()); // 3.3.2-17, 3.3.2-18
    }
  }

  @Test
  void aPayloadThatIsNotTheTextItIsSaidToBeIsRefusedIfThatIsChecked() {
    Properties text = Properties.builder().add(Property.PAYLOAD_FORMAT_INDICATOR, 1).build();
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.validatePayloadFormat = true)) {
      TestClient subscriber = broker.connect("s").subscribe("t", 0);
      TestClient client = broker.connect("a");
      byte[] broken = new byte[3_000];
      broken[2_999] = (byte) 0xC3; // the first half of a character
      for (int qos = 1; qos <= 2; qos++) {
        client.send(new Publish("t", qos, false, false, 5, broken, text));
      }
      assertThat(client.receive(Puback.class).code()).isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
      assertThat(client.receive(Pubrec.class).code()).isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
      assertThat(broker.count(Reason.PAYLOAD_FORMAT_INVALID)).isEqualTo(2);
      client.publish("t", "\0gr\u00fc\u00dfe \ud83d\ude00", 2, false, text);
      subscriber.receivePublish("\0gr\u00fc\u00dfe \ud83d\ude00");
      client.send(new Publish("t", 0, false, false, 0, broken, Properties.NONE));
      subscriber.receivePublish();
      subscriber.receiveNothing();
    }
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient subscriber = broker.connect("s").subscribe("t", 0);
      broker
          .connect("a")
          .send(new Publish("t", 0, false, false, 0, new byte[] {(byte) 0xFF}, text));
      subscriber.receivePublish();
    }
  }

  @Test
  void propertiesAreNotSentTo311() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient subscriber = broker.connect(as("s").version(MqttVersion.V3_1_1)).subscribe("t", 1);
      broker
          .connect("a")
          .publish("t", "x", 1, false, Properties.builder().addUser("a", "b").build());
      assertThat(subscriber.receivePublish("x").properties().isEmpty()).isTrue();
    }
  }

  @Test
  void aTopicWithTooManyLevelsEndsTheConnection() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxTopicLevels = 3)) {
      TestClient client = broker.connect("a");
      client.publish("a/b/c", "x", 1);
      client.publish("a/b/c/d", "x");
      client.receiveDisconnect(ReasonCode.TOPIC_NAME_INVALID);
    }
  }

  @Test
  void aTopicWithWildcardsEndsTheConnection() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a");
      client.sendHex("3005 0002612b 00"); // "a+"; 3.3.2-2
      client.receiveDisconnect(ReasonCode.TOPIC_NAME_INVALID);
    }
  }

  @Test
  @Normative(v311 = "MQTT-3.3.5-2")
  void aPublicationThatIsNotAllowedIsRefusedAsTheVersionCan() {
    try (EngineFixture broker =
        EngineFixture.start(o -> o.authorizer = Optional.of(new ReadOnly()))) {
      TestClient subscriber = broker.connect("s").subscribe("#", 0);
      TestClient v5 = broker.connect("a");
      v5.send(message("x", 0, 0, false));
      assertThat(broker.count(Reason.QOS0_NOT_AUTHORIZED)).isEqualTo(1);
      v5.send(message("x", 1, 1, false));
      assertThat(v5.receive(Puback.class).code()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
      v5.send(message("x", 2, 2, false));
      assertThat(v5.receive(Pubrec.class).code()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
      v5.send(pubrel(2)); // 4.3.3-9: the id is free
      assertThat(v5.receive(Pubcomp.class).code())
          .isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);

      TestClient v4 = broker.connect(as("b").version(MqttVersion.V3_1_1));
      v4.send(message("x", 1, 1, false)); // 3.1.1: 3.3.5-2
      assertThat(v4.receiveClose()).isEqualTo(Reason.PUBLISH_NOT_AUTHORIZED);
      subscriber.receiveNothing();
    }
  }

  @Test
  void anAuthorizerThatThrowsRefuses() {
    try (EngineFixture broker =
        EngineFixture.start(o -> o.authorizer = Optional.of(new Broken()))) {
      TestClient client = broker.connect("a");
      client.send(message("x", 1, 1, false));
      assertThat(client.receive(Puback.class).code()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
      assertThat(broker.count(Counters.Event.PLUGIN_FAILURES)).isEqualTo(1);
    }
  }

  private static final class ReadOnly implements Authorizer {
    @Override
    public boolean mayPublish(Subject subject, String topic, int qos, boolean retain) {
      return false;
    }

    @Override
    public boolean maySubscribe(Subject subject, String filter, int qos) {
      return true;
    }
  }

  private static final class Broken implements Authorizer {
    @Override
    public boolean mayPublish(Subject subject, String topic, int qos, boolean retain) {
      throw new IllegalStateException("broken");
    }

    @Override
    public boolean maySubscribe(Subject subject, String filter, int qos) {
      throw new IllegalStateException("broken");
    }
  }
}

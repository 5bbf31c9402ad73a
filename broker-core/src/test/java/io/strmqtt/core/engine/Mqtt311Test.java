package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe.Request;
import io.strmqtt.mqtt.packet.MqttPacket.Unsuback;
import io.strmqtt.mqtt.packet.MqttPacket.Unsubscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What 3.x demands in its own way; where 5.0 demands the same, it is shown with it. */
class Mqtt311Test {
  private static Request request(String filter, int qos) {
    return new Request(filter, qos, false, false, 0);
  }

  private static ConnectOptions v311(String id) {
    return as(id).version(MqttVersion.V3_1_1);
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-6", "MQTT-3.1.4-3", "MQTT-3.2.2-1"})
  void cleanSessionThrowsAwayWhatWasStoredAndStoresNothing() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(v311("a").resume()).subscribe("t", 1).disconnect();
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "stored", 1);

      TestClient clean = broker.connect(v311("a"));
      assertThat(clean.connack().sessionPresent()).isFalse();
      clean.receiveNothing();
      clean.subscribe("u", 1).drop();
      publisher.publish("u", "unheard", 1);

      TestClient back = broker.connect(v311("a").resume());
      assertThat(back.connack().sessionPresent()).isFalse();
      back.receiveNothing();
    }
  }

  @Test
  @Normative(v311 = {"MQTT-4.1.0-2", "MQTT-4.1.0-1"})
  void aSessionLastsAtLeastAsLongAsItsConnection() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxSessionExpiry = 60)) {
      TestClient clean = broker.connect(v311("a")).subscribe("t", 1);
      TestClient kept = broker.connect(v311("b").resume()).subscribe("t", 1);
      broker.pass(Duration.ofDays(30));
      broker.connect("p").publish("t", "x", 1);
      clean.receivePublish("x");
      kept.receivePublish("x");
    }
  }

  @Test
  void aPersistentSessionEndsWhenTheAdministratorsLimitHasPassed() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxSessionExpiry = 60)) {
      broker.connect(v311("a").resume()).subscribe("t", 1).drop();
      broker.pass(Duration.ofSeconds(59));
      assertThat(broker.gauge("sessions")).isEqualTo(1);
      broker.pass(Duration.ofSeconds(2));
      assertThat(broker.gauge("sessions")).isZero();
      assertThat(broker.connect(v311("a").resume()).connack().sessionPresent()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V5", mode = EnumSource.Mode.EXCLUDE)
  @Normative(v311 = "MQTT-3.2.2-6")
  void whereNoReturnCodeFitsTheConnectionIsClosedWithoutConnack(MqttVersion version) {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxQos = 1;
              o.limits.retainAvailable = false;
              o.limits.maxTopicLevels = 3;
            })) {
      for (ConnectOptions options :
          List.of(
              as("a").will("w", "x", 2, false, Properties.NONE),
              as("a").will("w", "x", 0, true, Properties.NONE),
              as("a").will("a/b/c/d", "x", 0, false, Properties.NONE))) {
        assertThat(broker.attempt(options.version(version)).receiveClose())
            .isEqualTo(Reason.WILL_REFUSED);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v311 = "MQTT-3.1.2-12")
  void withoutAWillNoneIsPublished(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("#", 1);
      broker.connect(as("a").version(version).will("w", "old")).disconnect();
      broker.connect(as("a").version(version)).drop();
      watcher.receiveNothing();
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-3.1.2-14", v311 = "MQTT-3.1.2-16")
  void aWillThatIsNotToBeRetainedIsNot(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w");
      watcher.subscribe(0, new Request("will", 1, false, true, 0));
      broker
          .connect(as("a").version(version).will("will", "gone", 1, false, Properties.NONE))
          .drop();
      assertThat(watcher.receivePublish("gone").retain()).isFalse();
      broker.connect("late").subscribe("will", 1).receiveNothing();
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.8.4-5", "MQTT-2.2.1-6", "MQTT-3.8.4-1"},
      v311 = {"MQTT-3.8.4-4", "MQTT-2.3.1-7", "MQTT-3.8.4-1", "MQTT-3.8.4-3"})
  void manyFiltersInOnePacketAreAsOneAfterTheOther(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect("r").retain("t", "kept");
      TestClient client = broker.connect(as("a").version(version));
      client.send(
          new Subscribe(
              77, List.of(request("t", 2), request("u", 1), request("t", 0)), Properties.NONE));
      var answer = client.receive(io.strmqtt.mqtt.packet.MqttPacket.Suback.class);
      assertThat(answer.packetId()).isEqualTo(77);
      assertThat(answer.codes())
          .containsExactly(ReasonCode.GRANTED_QOS_2, ReasonCode.GRANTED_QOS_1, ReasonCode.SUCCESS);
      for (Object event : client.drain()) {
        assertThat(TestClient.text((Publish) event)).isEqualTo("kept");
      }
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "x", 2);
      publisher.publish("u", "y", 2);
      assertThat(client.receivePublish("x").qos()).as("the last of one filter counts").isZero();
      assertThat(client.receivePublish("y").qos()).isEqualTo(1);
      client.receiveNothing();
    }
  }

  @Test
  void thousandsOfFiltersInOnePacketAreAnswered() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxSubscriptions = 10_000)) {
      TestClient client = broker.connect(v311("a"));
      Request[] many = new Request[5_000];
      String[] filters = new String[many.length];
      for (int i = 0; i < many.length; i++) {
        filters[i] = "t/" + i + "/+";
        many[i] = request(filters[i], 1);
      }
      client.subscribe(0, many);
      assertThat(broker.gauge("subscriptions")).isEqualTo(many.length);
      broker.connect("p").publish("t/4999/x", "x", 1);
      client.receivePublish("x");
      client.unsubscribe(filters);
      assertThat(broker.gauge("subscriptions")).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V5", mode = EnumSource.Mode.EXCLUDE)
  @Normative(v311 = "MQTT-3.8.4-3")
  void subscribingAgainReplacesSendsTheRetainedAgainAndInterruptsNothing(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient publisher = broker.connect("p");
      publisher.retain("t", "kept");
      TestClient client = broker.connect(as("a").version(version)).subscribe("t", 2);
      client.receivePublish("kept");
      client.subscribe("t", 0);
      assertThat(client.receivePublish("kept").retain()).isTrue();
      publisher.publish("t", "live", 2);
      assertThat(client.receivePublish("live").qos()).isZero();
      client.receiveNothing();
      assertThat(broker.gauge("subscriptions")).isEqualTo(1);
    }
  }

  @Test
  @Normative(v311 = "MQTT-3.8.3-2")
  void wildcardsThatAreNotServedAreRefused() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.wildcardAvailable = false)) {
      TestClient client = broker.connect(v311("a"));
      assertThat(client.askFor(0, request("a/+", 0), request("#", 0), request("a", 0)).codes())
          .containsExactly(
              ReasonCode.UNSPECIFIED_ERROR, ReasonCode.UNSPECIFIED_ERROR, ReasonCode.SUCCESS);
      broker.connect("p").publish("a/b", "x");
      client.receiveNothing();
    }
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V5", mode = EnumSource.Mode.EXCLUDE)
  @Normative(
      v311 = {
        "MQTT-3.10.4-1",
        "MQTT-3.10.4-2",
        "MQTT-3.10.4-4",
        "MQTT-3.10.4-5",
        "MQTT-3.10.4-6",
        "MQTT-2.3.1-7"
      })
  void unsubscribeEndsExactlyTheFiltersItNamesAndIsAnsweredOnce(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").version(version));
      client.subscribe(0, request("t/+", 1), request("t/#", 1), request("u", 1));
      client.send(new Unsubscribe(500, List.of("T/#", "t/+", "u"), Properties.NONE));
      assertThat(client.receive(Unsuback.class).packetId()).isEqualTo(500);
      client.receiveNothing();
      client.send(new Unsubscribe(501, List.of("t/+"), Properties.NONE));
      assertThat(client.receive(Unsuback.class).packetId()).isEqualTo(501);

      TestClient publisher = broker.connect("p");
      publisher.publish("u", "gone", 1);
      publisher.publish("t/1", "x", 1);
      client.receivePublish("x");
      client.receiveNothing();
      assertThat(broker.gauge("subscriptions")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  @Normative(v311 = "MQTT-3.10.4-3")
  void unsubscribeLetsWhatHasBegunFinish(int loop) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(v311("a").resume()).subscribe("t", 2);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "one", 1);
      publisher.publish("t", "two", 2);
      Publish one = client.receivePublish("one");
      Publish two = client.receivePublish("two");
      client.unsubscribe("t");
      client.drop();
      TestClient back = broker.connect(v311("a").resume().loop(loop));
      assertThat(back.receivePublish("one").packetId()).isEqualTo(one.packetId());
      assertThat(back.receivePublish("two").packetId()).isEqualTo(two.packetId());
      back.pubrec(two);
      back.receive(io.strmqtt.mqtt.packet.MqttPacket.Pubrel.class);
    }
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V5", mode = EnumSource.Mode.EXCLUDE)
  @Normative(v311 = {"MQTT-4.8.0-2", "MQTT-3.3.5-2"})
  void aPacketThatCannotBeHandledNowEndsTheConnection(MqttVersion version) {
    Authorizer broken =
        new Authorizer() {
          @Override
          public boolean mayPublish(Subject subject, String topic, int qos, boolean retain) {
            throw new IllegalStateException("for a moment");
          }

          @Override
          public boolean maySubscribe(Subject subject, String filter, int qos) {
            return true;
          }
        };
    try (EngineFixture broker = EngineFixture.start(o -> o.authorizer = Optional.of(broken))) {
      for (int qos = 1; qos <= 2; qos++) {
        TestClient client = broker.connect(as("a").version(version));
        client.send(TestClient.publication("t", "x", qos, false, 1, Properties.NONE));
        assertThat(client.receiveClose()).isEqualTo(Reason.PUBLISH_NOT_AUTHORIZED);
      }
    }
  }

  @Test
  @Normative(v311 = "MQTT-2.3.1-2")
  void anIdentifierInUseIsNoSecondMessage() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient subscriber = broker.connect("s").subscribe("t", 0);
      TestClient client = broker.connect(v311("a"));
      client.send(TestClient.publication("t", "first", 2, false, 5, Properties.NONE));
      client.receive(Pubrec.class);
      client.send(TestClient.publication("t", "second", 2, false, 5, Properties.NONE));
      assertThat(client.receive(Pubrec.class).packetId()).isEqualTo(5);
      subscriber.receivePublish("first");
      subscriber.receiveNothing();
    }
  }

  /** MQTT 3.1: what is other than in 3.1.1. */
  @Test
  void in31ConnackSaysNothingAboutTheSession() {
    try (EngineFixture broker = EngineFixture.start()) {
      ConnectOptions options = as("a").version(MqttVersion.V3_1).resume();
      broker.connect(options).subscribe("t", 1).drop();
      broker.connect("p").publish("t", "x", 1);
      TestClient back = broker.connect(options);
      assertThat(back.connack().sessionPresent()).isFalse();
      back.receivePublish("x");
    }
  }

  @Test
  void in31WhatHasQos1MayComeAgainAsADuplicate() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").version(MqttVersion.V3_1));
      client.sendHex("8a 06 0001 0001 74 01"); // SUBSCRIBE with DUP
      client.receive(io.strmqtt.mqtt.packet.MqttPacket.Suback.class);
      client.sendHex("6a 02 0005"); // PUBREL with DUP
      client.receive(io.strmqtt.mqtt.packet.MqttPacket.Pubcomp.class);
      client.sendHex("aa 05 0002 0001 74"); // UNSUBSCRIBE with DUP
      client.receive(Unsuback.class);
      client.receiveNothing();
    }
  }

  @Test
  void in31LongClientIdsAreAcceptedAsBrokersDo() {
    try (EngineFixture broker = EngineFixture.start()) {
      Connack answer = broker.connect(as("x".repeat(100)).version(MqttVersion.V3_1)).connack();
      assertThat(answer.code()).isEqualTo(ReasonCode.SUCCESS);
    }
  }
}

package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import org.junit.jupiter.api.Test;

/** What properties of MQTT 5 may cost: their number, and the memory behind them. */
class PropertyLimitsTest {
  private static Properties userProperties(int count, int length) {
    Properties.Builder properties = Properties.builder();
    for (int i = 0; i < count; i++) {
      properties.addUser("k", "v".repeat(length));
    }
    return properties.build();
  }

  @Test
  void aClientWithTooManyUserPropertiesIsDisconnectedByName() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxUserProperties = 3)) {
      TestClient subscriber = broker.connect("s").subscribe("t", 0);
      TestClient client = broker.connect("a");
      client.send(TestClient.publication("t", "x", 0, false, 0, userProperties(3, 1)));
      assertThat(subscriber.receivePublish("x").properties().userProperties()).hasSize(3);
      client.send(TestClient.publication("t", "x", 1, false, 1, userProperties(4, 1)));
      assertThat(client.receiveDisconnect(ReasonCode.QUOTA_EXCEEDED))
          .isEqualTo(Reason.USER_PROPERTIES_EXCEEDED);
      assertThat(broker.count(Reason.USER_PROPERTIES_EXCEEDED)).isEqualTo(1);
      subscriber.receiveNothing();
    }
  }

  @Test
  void aConnectOrAWillWithTooManyUserPropertiesIsRefusedByName() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxUserProperties = 1)) {
      broker.connect(as("a").will("t", "x", 0, false, userProperties(1, 1)));
      TestClient client = broker.attempt(as("b").will("t", "x", 0, false, userProperties(2, 1)));
      assertThat(client.receive(Connack.class).code()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
      assertThat(client.receiveClose()).isEqualTo(Reason.CONNECT_PROPERTIES_EXCEEDED);
      assertThat(broker.count(Reason.CONNECT_PROPERTIES_EXCEEDED)).isEqualTo(1);
    }
  }

  @Test
  void userPropertiesCountAgainstTheBytesOfASession() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxQueuedBytes = 2 << 20;
              o.limits.maxPacketSize = 2 << 20;
            })) {
      broker.connect(as("a").expiry(100)).subscribe("t", 1).drop();
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 5; i++) {
        publisher.publish("t", "x" + i, 1, false, userProperties(15, 65_000));
      }
      TestClient back = broker.connect(as("a").resume().expiry(100));
      assertThat(back.receivePublish("x0").properties().userProperties()).hasSize(15);
      back.receivePublish("x1");
      back.receiveNothing();
      assertThat(broker.count(Reason.QUEUE_FULL)).isEqualTo(3);
    }
  }

  @Test
  void theOtherPropertiesCountToo() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxQueuedBytes = 100_000)) {
      broker.connect(as("a").expiry(100)).subscribe("t", 1).drop();
      TestClient publisher = broker.connect("p");
      Properties properties =
          Properties.builder()
              .add(Property.CONTENT_TYPE, "c".repeat(20_000))
              .add(Property.RESPONSE_TOPIC, "r".repeat(20_000))
              .add(Property.CORRELATION_DATA, new byte[20_000])
              .build();
      publisher.publish("t", "x", 1, false, properties);
      publisher.publish("t", "y", 1, false, properties);
      assertThat(broker.count(Reason.QUEUE_FULL)).isEqualTo(1);
    }
  }

  private static Publish aliased(String topic, int alias) {
    return TestClient.publication(
        topic, "x", 0, false, 0, Properties.builder().add(Property.TOPIC_ALIAS, alias).build());
  }

  @Test
  void topicsBehindAliasesAreBoundedByTheirBytes() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxTopicAliasBytes = 2_000)) {
      TestClient client = broker.connect("a");
      String large = "t".repeat(1_000);
      for (int i = 0; i < 5; i++) { // A topic that takes another's place, or its own, is no more.
        client.send(aliased(large, 1), aliased("u".repeat(1_000), 2), aliased(large, 2));
      }
      client.send(aliased("", 1), aliased("", 2));
      client.receiveNothing();
      client.send(aliased("t", 3));
      assertThat(client.receiveDisconnect(ReasonCode.QUOTA_EXCEEDED))
          .isEqualTo(Reason.TOPIC_ALIASES_EXCEEDED);
    }
  }
}

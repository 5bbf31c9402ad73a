package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundAliasTest {
  private static final String TOPIC = "plant/7/line/3/temperature";

  private static ConnectOptions taking(String clientId, int aliases) {
    return as(clientId).property(Property.TOPIC_ALIAS_MAXIMUM, aliases);
  }

  private static long alias(Publish publish) {
    return publish.properties().number(Property.TOPIC_ALIAS, -1);
  }

  @Normative(v5 = {"MQTT-3.1.2-26", "MQTT-3.3.2-11"})
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void theFirstPublishNamesTopicAndAliasTheNextOnlyTheAlias(int qos) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(taking("a", 5)).subscribe("plant/#", qos);
      TestClient publisher = broker.connect("p");
      publisher.publish(TOPIC, "1", qos);
      publisher.publish(TOPIC, "2", qos);
      publisher.publish(TOPIC, "3".repeat(20_000), qos);

      Publish first = client.receivePublish("1");
      assertThat(first.topic()).isEqualTo(TOPIC);
      assertThat(alias(first)).isBetween(1L, 5L); // MQTT-3.1.2-26, MQTT-3.3.2-11
      for (String payload : new String[] {"2", "3".repeat(20_000)}) {
        Publish next = client.receivePublish(payload);
        assertThat(next.topic()).isEmpty();
        assertThat(alias(next)).isEqualTo(alias(first));
        assertThat(next.qos()).isEqualTo(qos);
        assertThat(next.packetId() == 0).isEqualTo(qos == 0);
        assertThat(next.dup()).isFalse();
      }
    }
  }

  @Normative(v5 = "MQTT-3.1.2-27")
  @Test
  void nobodyElseIsSentAnAlias() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient none = broker.connect(as("none")).subscribe("plant/#", 1);
      TestClient zero = broker.connect(taking("zero", 0)).subscribe("plant/#", 1);
      TestClient old =
          broker.connect(as("old").version(MqttVersion.V3_1_1)).subscribe("plant/#", 1);
      TestClient taker = broker.connect(taking("taker", 1)).subscribe("plant/#", 1);
      TestClient publisher = broker.connect("p");
      publisher.publish(TOPIC, "1", 1);
      publisher.publish(TOPIC, "2", 1);

      for (TestClient client : new TestClient[] {none, zero, old}) {
        for (String payload : new String[] {"1", "2"}) {
          Publish got = client.receivePublish(payload); // MQTT-3.1.2-27
          assertThat(got.topic()).isEqualTo(TOPIC);
          assertThat(got.properties().has(Property.TOPIC_ALIAS)).isFalse();
        }
      }
      assertThat(taker.receivePublish("1").topic()).isEqualTo(TOPIC);
      assertThat(taker.receivePublish("2").topic()).isEmpty();
    }
  }

  @Test
  void theBrokerUsesNoMoreThanItIsConfiguredTo() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.outboundTopicAliases = 0)) {
      TestClient client = broker.connect(taking("a", 5)).subscribe("plant/#", 0);
      broker.connect("p").publish(TOPIC, "1", 0);
      assertThat(alias(client.receivePublish("1"))).isEqualTo(-1);
    }
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.outboundTopicAliases = 2)) {
      TestClient client = broker.connect(taking("a", 65_535)).subscribe("plant/#", 0);
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 50; i++) {
        publisher.publish(TOPIC + i, "1", 0);
        assertThat(alias(client.receivePublish("1"))).isIn(-1L, 1L, 2L);
      }
    }
  }

  @Test
  void whateverTheTopicsTheClientCanAlwaysTellWhichItIs() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(taking("a", 3)).subscribe("plant/#", 0);
      TestClient publisher = broker.connect("p");
      Map<Long, String> known = new HashMap<>();
      int saved = 0;
      for (int i = 0; i < 300; i++) {
        // One topic in every other message, the others from a hundred.
        String topic = "plant/" + (i % 2 == 0 ? "often" : i * 7919 % 100);
        publisher.publish(topic, "1", 0);
        Publish got = client.receivePublish("1");
        if (got.topic().isEmpty()) {
          saved++;
        } else if (alias(got) > 0) {
          known.put(alias(got), got.topic());
        }
        assertThat(got.topic().isEmpty() ? known.get(alias(got)) : got.topic()) // MQTT-3.3.2-3
            .isEqualTo(topic);
      }
      assertThat(saved).as("the frequent topic keeps its alias").isGreaterThan(140);
    }
  }

  @Test
  void topicsThatTakeTurnsDoNotDriveEachOtherOut() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(taking("a", 1)).subscribe("plant/#", 0);
      TestClient publisher = broker.connect("p");
      int saved = 0;
      int given = 0;
      for (int i = 0; i < 100; i++) {
        publisher.publish("plant/" + i % 2, "1", 0);
        Publish got = client.receivePublish("1");
        saved += got.topic().isEmpty() ? 1 : 0;
        given += !got.topic().isEmpty() && alias(got) > 0 ? 1 : 0;
      }
      assertThat(given).isEqualTo(1);
      assertThat(saved).isEqualTo(49);
    }
  }

  @Test
  void aTopicThatIsNotSeenAnyMoreGivesItsAliasUp() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(taking("a", 1)).subscribe("plant/#", 0);
      TestClient publisher = broker.connect("p");
      publisher.publish("plant/old", "1", 0);
      publisher.publish("plant/new", "2", 0);
      publisher.publish("plant/new", "3", 0);
      publisher.publish("plant/new", "4", 0);

      assertThat(alias(client.receivePublish("1"))).isEqualTo(1);
      assertThat(alias(client.receivePublish("2"))).isEqualTo(-1);
      Publish third = client.receivePublish("3");
      assertThat(third.topic()).isEqualTo("plant/new");
      assertThat(alias(third)).isEqualTo(1);
      assertThat(client.receivePublish("4").topic()).isEmpty();
    }
  }

  @Test
  void shortTopicsAreNotWorthAnAlias() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(taking("a", 5)).subscribe("#", 0);
      broker.connect("p").publish("a/b", "1", 0);
      assertThat(alias(client.receivePublish("1"))).isEqualTo(-1);
    }
  }

  @Normative(v5 = "MQTT-3.3.2-7")
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aliasesDieWithTheConnectionAndWhatIsSentAgainNamesItsTopic(int qos) {
    try (EngineFixture broker = EngineFixture.start()) {
      ConnectOptions options = taking("a", 5).resume().expiry(100);
      TestClient client = broker.connect(options).subscribe("plant/#", qos);
      TestClient publisher = broker.connect("p");
      for (String payload : new String[] {"1", "2", "3"}) {
        publisher.publish(TOPIC, payload, qos);
      }
      client.receivePublish("1");
      assertThat(client.receivePublish("2").topic()).isEmpty();
      client.drop();
      publisher.publish(TOPIC, "4", qos);

      TestClient back = broker.connect(options.loop(1));
      Publish first = back.receivePublish("1");
      assertThat(first.topic()).isEqualTo(TOPIC); // MQTT-3.3.2-7
      assertThat(first.dup()).isTrue();
      assertThat(alias(first)).isPositive();
      Publish second = back.receivePublish("2");
      assertThat(second.topic()).isEmpty();
      assertThat(second.dup()).isTrue();
      back.receivePublish("3");
      assertThat(back.receivePublish("4").dup()).isFalse();
      back.drop();

      TestClient without = broker.connect(as("a").resume().expiry(100));
      for (int i = 1; i <= 4; i++) {
        Publish again = without.receivePublish(String.valueOf(i));
        assertThat(again.topic()).isEqualTo(TOPIC);
        assertThat(alias(again)).isEqualTo(-1);
      }
    }
  }

  @Test
  void identifiersAndExpiryGoAlongWithTheAlias() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client =
          broker
              .connect(taking("a", 5))
              .subscribe(77, new Subscribe.Request("plant/#", 2, false, false, 0));
      Properties properties =
          Properties.builder().add(Property.MESSAGE_EXPIRY_INTERVAL, 60).addUser("k", "v").build();
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 2; i++) {
        publisher.publish(TOPIC, "1", 2, false, properties);
        Publish got = client.receivePublish("1");
        assertThat(got.topic()).isEqualTo(i == 0 ? TOPIC : "");
        assertThat(alias(got)).isPositive();
        assertThat(got.properties().number(Property.SUBSCRIPTION_IDENTIFIER, 0)).isEqualTo(77);
        assertThat(got.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, 0)).isEqualTo(60);
        assertThat(got.properties().userProperties())
            .containsExactly(new Properties.Pair("k", "v"));
      }
    }
  }

  /**
   * A PUBLISH of QoS 0 with a topic of 26 bytes and {@code n} of payload has 2 + 2 + 26 + 1 + n
   * bytes; an alias adds 3, and takes 26 away once it is known.
   */
  @Normative(v5 = "MQTT-3.1.2-24")
  @ParameterizedTest
  @CsvSource({"9, 1", "10, 1", "35, 2"})
  void thePacketThatIsSentCountsAgainstTheClientsMaximum(int payload, int sent) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client =
          broker
              .connect(taking("a", 5).property(Property.MAXIMUM_PACKET_SIZE, 43))
              .subscribe("plant/#", 0);
      TestClient publisher = broker.connect("p");
      String text = "x".repeat(payload);
      if (sent == 1) {
        publisher.publish(TOPIC, text, 0);
        Publish got = client.receivePublish(text);
        // 40 + 3 fit, 41 + 3 do not: then the topic goes without.
        assertThat(got.properties().has(Property.TOPIC_ALIAS)).isEqualTo(payload == 9);
      } else {
        publisher.publish(TOPIC, text, 0);
        client.receiveNothing();
        assertThat(broker.count(Reason.OVER_CLIENT_PACKET_SIZE)).isEqualTo(1);
        publisher.publish(TOPIC, "", 0);
        assertThat(alias(client.receivePublish(""))).isPositive();
        publisher.publish(TOPIC, text, 0); // MQTT-3.1.2-24: 2 + 2 + 1 + 3 + 35 bytes.
        assertThat(client.receivePublish(text).topic()).isEmpty();
      }
    }
  }
}

package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe.Request;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RetainedTest {
  private static Request handling(String filter, int retainHandling) {
    return new Request(filter, 1, false, false, retainHandling);
  }

  @Test
  void aRetainedMessageIsSentToNewSubscriptionsWithRetainSetBehindSuback() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect("p").publish("t/1", "kept", 2, true, Properties.NONE);
      TestClient late = broker.connect("a").subscribe("t/+", 1); // SUBACK comes first

      Publish got = late.receivePublish("kept");
      assertThat(got.retain()).isTrue(); // 3.3.1-8 of 3.1.1, 3.3.1.3 of 5
      assertThat(got.qos()).isEqualTo(1);
      assertThat(got.topic()).isEqualTo("t/1");
      late.receiveNothing();
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.3.1-5", "MQTT-3.3.1-8"},
      v311 = {"MQTT-3.3.1-5", "MQTT-3.3.1-7", "MQTT-3.3.1-12"})
  void theLastRetainedMessageReplacesTheOneBefore(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient publisher = broker.connect(as("p").version(version));
      publisher.publish("t", "old", 1, true, Properties.NONE);
      publisher.publish("t", "new", 0, true, Properties.NONE); // 3.3.1-5
      publisher.publish("t", "passing", 1, false, Properties.NONE); // 3.3.1-8
      TestClient late = broker.connect(as("a").version(version)).subscribe("t", 1);
      assertThat(late.receivePublish("new").qos()).isZero();
      late.receiveNothing();
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.3.1-6", "MQTT-3.3.1-7"},
      v311 = {"MQTT-3.3.1-10", "MQTT-3.3.1-11"})
  void anEmptyRetainedMessageIsDeliveredAndClears(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient live = broker.connect(as("l").version(version)).subscribe("t", 0);
      TestClient publisher = broker.connect(as("p").version(version));
      publisher.retain("t", "kept");
      live.receivePublish("kept");
      publisher.retain("t", "");
      live.receivePublish(""); // 3.3.1-6

      broker.connect(as("a").version(version)).subscribe("t", 0).receiveNothing(); // 3.3.1-7
      assertThat(broker.gauge("retained")).isZero();
    }
  }

  @Test
  @Normative(v5 = {"MQTT-3.3.1-9", "MQTT-3.3.1-10", "MQTT-3.3.1-11", "MQTT-3.8.4-4"})
  void retainHandlingDecidesWhenRetainedMessagesAreSent() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect("p").retain("t", "kept");
      TestClient client = broker.connect("a");

      client.subscribe(0, handling("t", 2));
      client.receiveNothing(); // 3.3.1-11
      client.subscribe(0, handling("t", 1));
      client.receiveNothing(); // 3.3.1-10: not new
      client.subscribe(0, handling("t", 0));
      client.receivePublish("kept"); // 3.3.1-9, 3.8.4-4
      client.subscribe(0, handling("t", 0));
      client.receivePublish("kept");
      client.unsubscribe("t");
      client.subscribe(0, handling("t", 1));
      client.receivePublish("kept");
      client.receiveNothing();
    }
  }

  @Test
  @Normative(v311 = {"MQTT-3.3.1-6", "MQTT-3.3.1-8"})
  void a311SubscriptionIsSentThemEachTime() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect("p").retain("t", "kept");
      TestClient client = broker.connect(as("a").version(MqttVersion.V3_1_1));
      client.subscribe("t", 0);
      assertThat(client.receivePublish("kept").retain()).isTrue();
      client.subscribe("t", 0); // 3.1.1: 3.3.1-6
      client.receivePublish("kept");
    }
  }

  @Test
  void aResumedSessionIsNotSentRetainedMessagesAgain() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect("p").retain("t", "kept");
      TestClient client = broker.connect(as("a").expiry(100)).subscribe("t", 0);
      client.receivePublish("kept");
      client.drop();
      broker.connect(as("a").resume()).receiveNothing();
    }
  }

  @Test
  @Normative(
      v5 = {"MQTT-3.3.1-12", "MQTT-3.3.1-13"},
      v311 = "MQTT-3.3.1-9")
  void retainAsPublishedKeepsTheFlagOfLiveMessages() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient plain = broker.connect("a").subscribe("t", 0);
      TestClient kept = broker.connect("b");
      kept.subscribe(0, new Request("t", 0, false, true, 0));
      TestClient old = broker.connect(as("c").version(MqttVersion.V3_1_1)).subscribe("t", 0);
      TestClient publisher = broker.connect("p");
      publisher.retain("t", "retained");
      publisher.publish("t", "plain");

      assertThat(plain.receivePublish("retained").retain()).isFalse(); // 3.3.1-12
      assertThat(kept.receivePublish("retained").retain()).isTrue(); // 3.3.1-13
      assertThat(old.receivePublish("retained").retain()).isFalse(); // 3.1.1: 3.3.1-9
      assertThat(plain.receivePublish("plain").retain()).isFalse();
      assertThat(kept.receivePublish("plain").retain()).isFalse();
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.7.2-1")
  void wildcardsDoNotMatchRetainedDollarTopics() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient publisher = broker.connect("p");
      publisher.retain("$own/x", "hidden");
      publisher.retain("open/x", "seen");
      TestClient client = broker.connect("a").subscribe("#", 0);
      client.receivePublish("seen");
      client.subscribe("+/x", 0);
      client.receivePublish("seen");
      client.receiveNothing(); // 4.7.2-1
      client.subscribe("$own/#", 0);
      client.receivePublish("hidden");
    }
  }

  @Test
  void sharedSubscriptionsAreSentNoRetainedMessages() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect("p").retain("t", "kept");
      broker.connect("a").subscribe("$share/g/t", 0).receiveNothing();
    }
  }

  @Test
  void noLocalHoldsForRetainedMessagesToo() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a");
      client.retain("t", "own");
      client.subscribe(0, new Request("t", 0, true, false, 0));
      client.receiveNothing();
    }
  }

  @Test
  void anExpiredRetainedMessageIsGoneThoughNobodyAsksForIt() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient publisher = broker.connect("p");
      publisher.retain("stays", "x");
      for (int i = 0; i < 600; i++) {
        publisher.publish(
            "t/" + i,
            "x",
            0,
            true,
            Properties.builder().add(Property.MESSAGE_EXPIRY_INTERVAL, 10).build());
      }
      assertThat(broker.gauge("retained")).isEqualTo(601);
      broker.pass(Duration.ofSeconds(8));
      assertThat(broker.gauge("retained")).isEqualTo(601);
      broker.pass(Duration.ofSeconds(4));
      assertThat(broker.gauge("retained")).isEqualTo(1);
    }
  }

  @Test
  void anExpiredRetainedMessageIsNotSentAndALivingOneCountsDown() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient publisher = broker.connect("p");
      Properties ten = Properties.builder().add(Property.MESSAGE_EXPIRY_INTERVAL, 10).build();
      publisher.publish("t", "kept", 1, true, ten);
      broker.pass(Duration.ofSeconds(4));
      Publish got = broker.connect("a").subscribe("t", 0).receivePublish("kept");
      assertThat(got.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, -1)).isEqualTo(6);
      broker.pass(Duration.ofSeconds(6));
      broker.connect("b").subscribe("t", 0).receiveNothing();
    }
  }

  @Test
  void manyRetainedMessagesAllArriveWhateverTheBoundsOfTheQueue() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxQueuedMessages = 10;
              o.limits.maxInFlight = 5;
            })) {
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 100; i++) {
        publisher.publish("t/" + i, "kept", 1, true, Properties.NONE);
      }
      TestClient client = broker.connect("a").subscribe("t/#", 1);
      for (int i = 0; i < 100; i++) {
        client.puback(client.receivePublish("kept"));
      }
      client.receiveNothing();
      assertThat(broker.count(Reason.QUEUE_FULL)).isZero();
      assertThat(broker.gauge("pending_bytes")).isZero();
    }
  }

  @Test
  void theIdentifierOfTheNewSubscriptionComesWithItsRetainedMessages() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect("p").retain("t", "kept");
      TestClient client = broker.connect("a");
      client.subscribe(9, handling("t", 0));
      assertThat(
              client
                  .receivePublish("kept")
                  .properties()
                  .number(Property.SUBSCRIPTION_IDENTIFIER, -1))
          .isEqualTo(9);
    }
  }

  @Test
  void aRefusedFilterBringsNoRetainedMessages() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxSubscriptions = 1)) {
      broker.connect("p").retain("t", "kept");
      TestClient client = broker.connect("a").subscribe("other", 0);
      Suback refused = client.askFor(0, handling("t", 0));
      assertThat(refused.codes()).hasSize(1);
      assertThat(List.copyOf(refused.codes()).getFirst().isError()).isTrue();
      client.receiveNothing();
    }
  }
}

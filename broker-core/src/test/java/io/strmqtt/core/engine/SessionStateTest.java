package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static io.strmqtt.mqtt.packet.MqttVersion.V3_1_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionStateTest {
  /** A session that outlives its connection, whatever the version calls it. */
  private static ConnectOptions persistent(MqttVersion version) {
    ConnectOptions options = as("a").version(version).resume();
    return version == MqttVersion.V5 ? options.expiry(3600) : options;
  }

  @ParameterizedTest
  @CsvSource({"V3_1_1, 0", "V3_1_1, 1", "V5, 0", "V5, 1"})
  @Normative(
      v5 = {
        "MQTT-3.1.2-5",
        "MQTT-3.1.2-6",
        "MQTT-3.2.2-3",
        "MQTT-4.5.0-1",
        "MQTT-3.1.2-23",
        "MQTT-4.1.0-1",
        "MQTT-3.2.2-1"
      },
      v311 = {
        "MQTT-3.1.2-4",
        "MQTT-3.1.2-5",
        "MQTT-3.2.2-2",
        "MQTT-3.2.2-3",
        "MQTT-4.5.0-1",
        "MQTT-4.1.0-1"
      })
  void aSessionIsResumedOnAnyLoopWithWhatCameMeanwhile(MqttVersion version, int loop) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(persistent(version).loop(0));
      assertThat(first.connack().sessionPresent()).isFalse(); // 3.1.2-6
      first.subscribe("t/#", 1).disconnect();
      TestClient publisher = broker.connect("p");
      publisher.publish("t/1", "one", 1); // 3.1.1: 3.1.2-5
      publisher.publish("t/2", "two", 2);

      TestClient second = broker.connect(persistent(version).loop(loop));

      assertThat(second.connack().sessionPresent()).isTrue(); // 3.1.2-5, 3.2.2-3
      assertThat(second.receivePublish("one").dup()).isFalse();
      second.receivePublish("two");
      publisher.publish("t/3", "three", 0);
      second.receivePublish("three");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  @Normative(v5 = {"MQTT-3.1.2-4", "MQTT-3.2.2-2", "MQTT-3.1.4-4"})
  void cleanStartThrowsTheStoredSessionAway(int loop) {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("a").resume().expiry(3600)).subscribe("t", 1).disconnect();
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "lost", 1);

      TestClient second = broker.connect(as("a").expiry(3600).loop(loop)); // 3.1.2-4

      assertThat(second.connack().sessionPresent()).isFalse();
      publisher.publish("t", "unheard", 1);
      second.receiveNothing();
      assertThat(broker.gauge("subscriptions")).isZero();
      assertThat(broker.count(Reason.SESSION_ENDED)).isEqualTo(1);
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.1.0-2")
  void withoutAnExpiryIntervalTheSessionEndsWithTheConnection() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("a").resume()).subscribe("t", 1).drop();

      assertThat(broker.gauge("sessions")).isZero(); // 4.1.0-2
      assertThat(broker.gauge("subscriptions")).isZero();
      assertThat(broker.view().session("a")).isEmpty();
      assertThat(broker.connect(as("a").resume()).connack().sessionPresent()).isFalse();
    }
  }

  @Test
  @Normative(v311 = "MQTT-3.1.2-6")
  void a311CleanSessionIsNeverReused() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("a").version(V3_1_1)).subscribe("t", 1).drop();
      TestClient second = broker.connect(as("a").version(V3_1_1).resume());
      assertThat(second.connack().sessionPresent()).isFalse(); // 3.1.1: 3.1.2-6
    }
  }

  @Test
  @Normative(v5 = {"MQTT-3.1.2-23", "MQTT-4.1.0-2"})
  void aSessionExpiresWhenItsIntervalHasPassed() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("a").expiry(10)).subscribe("t", 1).drop();
      broker.connect("p").publish("t", "x", 1);
      broker.pass(Duration.ofMillis(9_900));
      assertThat(broker.gauge("sessions")).isEqualTo(2); // 3.1.2-23
      broker.pass(Duration.ofMillis(600));

      assertThat(broker.gauge("sessions")).isEqualTo(1); // 4.1.0-2
      assertThat(broker.gauge("subscriptions")).isZero();
      assertThat(broker.count(Reason.SESSION_ENDED)).isEqualTo(1);
      assertThat(broker.gauge("pending_bytes")).isZero();
    }
  }

  @Test
  void theExpiryIntervalRunsAnewAfterEachConnectionAndNotDuringOne() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("a").expiry(10)).drop();
      broker.pass(Duration.ofSeconds(8));
      TestClient second = broker.connect(as("a").resume().expiry(10).loop(1));
      broker.pass(Duration.ofSeconds(60));
      second.drop();
      broker.pass(Duration.ofSeconds(8));

      assertThat(broker.connect(as("a").resume()).connack().sessionPresent()).isTrue();
    }
  }

  @Test
  void aSessionWithTheGreatestIntervalNeverExpires() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("a").expiry(0xFFFF_FFFFL)).drop();
      broker.pass(Duration.ofDays(2));
      assertThat(broker.connect(as("a").resume()).connack().sessionPresent()).isTrue();
    }
  }

  @Test
  void disconnectMayChangeTheExpiryInterval() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("a").expiry(1000)).disconnect(ReasonCode.SUCCESS, expiry(0));
      assertThat(broker.gauge("sessions")).isZero();

      broker.connect(as("b").expiry(1)).disconnect(ReasonCode.SUCCESS, expiry(100));
      broker.pass(Duration.ofSeconds(50));
      assertThat(broker.view().session("b").orElseThrow().session().expiryInterval())
          .isEqualTo(100);
    }
  }

  @Test
  void disconnectMayNotRaiseTheExpiryIntervalFromZero() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a");
      client.send(new io.strmqtt.mqtt.packet.MqttPacket.Disconnect(ReasonCode.SUCCESS, expiry(10)));

      client.receiveDisconnect(ReasonCode.PROTOCOL_ERROR); // 3.14.2-2
      assertThat(broker.gauge("sessions")).isZero();
    }
  }

  private static Properties expiry(long seconds) {
    return Properties.builder().add(Property.SESSION_EXPIRY_INTERVAL, seconds).build();
  }

  @Test
  void qos0IsNotKeptForAnAbsentClientAndTheDropHasAName() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("a").expiry(100)).subscribe("t", 2).drop();
      broker.connect("p").publish("t", "x", 0);

      assertThat(broker.count(Reason.QOS0_OFFLINE)).isEqualTo(1);
      broker.connect(as("a").resume()).receiveNothing();
    }
  }

  @Test
  @Normative(v311 = "MQTT-3.1.2-7")
  void retainedMessagesSurviveTheSessionThatPublishedThem() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient publisher = broker.connect("p");
      publisher.retain("t", "kept");
      publisher.disconnect();
      broker.connect("a").subscribe("t", 0).receivePublish("kept"); // 3.1.1: 3.1.2-7
    }
  }

  @Test
  void anAbsentSessionsQueueIsBoundedAndItsDropsHaveAName() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxQueuedMessages = 5)) {
      broker.connect(as("a").expiry(100)).subscribe("t", 1).drop();
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 8; i++) {
        publisher.publish("t", "m" + i, 1);
      }

      assertThat(broker.count(Reason.QUEUE_FULL)).isEqualTo(3);
      assertThat(broker.view().session("a").orElseThrow().counters().dropped()).isEqualTo(3);
      assertThat(broker.view().session("a").orElseThrow().counters().queued()).isEqualTo(5);
      TestClient back = broker.connect(as("a").resume().expiry(100));
      for (int i = 0; i < 5; i++) {
        back.puback(back.receivePublish("m" + i));
      }
      back.receiveNothing();
      assertThat(broker.gauge("pending_bytes")).isZero();
    }
  }

  @Test
  void anAbsentSessionsQueueIsBoundedInBytesToo() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxQueuedBytes = 65_536)) {
      broker.connect(as("a").expiry(100)).subscribe("t", 1).drop();
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 4; i++) {
        publisher.publish("t", "x".repeat(30_000), 1);
      }

      assertThat(broker.count(Reason.QUEUE_FULL)).isEqualTo(2);
    }
  }
}

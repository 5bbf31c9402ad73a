package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Pingresp;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages much larger than what a socket takes at once. */
class LargeMessageTest {
  private static final String LARGE = "x".repeat(500_000);

  @ParameterizedTest
  @CsvSource({"0, V3_1_1", "1, V3_1_1", "2, V5", "0, V5", "1, V5"})
  void aSocketThatTakesNothingHoldsAFewPiecesAndTheMessageGoesOnInOrder(
      int qos, MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxPacketSize = 1 << 20)) {
      TestClient subscriber = broker.connect(as("s").version(version)).subscribe("t", qos);
      subscriber.stall(true);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", LARGE, qos);
      publisher.publish("t", "small", qos);
      subscriber.send(new Pingreq());

      assertThat(subscriber.stuck()).isBetween(1L, 70_000L);
      assertThat(broker.gauge("pending_bytes")).isBetween(500_000L, 600_000L);
      for (int i = 0; i < 40 && subscriber.stuck() > 0; i++) {
        subscriber.stall(false);
        subscriber.stall(true);
      }
      subscriber.stall(false);
      List<Object> came = subscriber.drain();
      assertThat(came).hasSize(3);
      assertThat(came.stream().filter(Pingresp.class::isInstance)).hasSize(1);
      List<String> payloads = new ArrayList<>();
      for (Object each : came) {
        if (each instanceof io.strmqtt.mqtt.packet.MqttPacket.Publish publish) {
          payloads.add(TestClient.text(publish));
        }
      }
      assertThat(payloads).containsExactly(LARGE, "small");
    }
  }

  @Test
  void oneBodyIsInMemoryOnceHoweverManyDoNotReadIt() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxPacketSize = 1 << 20)) {
      List<TestClient> stuck = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        TestClient each = broker.connect("s" + i).subscribe("t", 0);
        each.stall(true);
        stuck.add(each);
      }
      broker.connect("p").publish("t", LARGE);
      assertThat(broker.gauge("pending_bytes")).isLessThan(1_500_000);
      assertThat(broker.allocator().metric().usedDirectMemory()).isLessThan(1_500_000);
      stuck.forEach(each -> each.stall(false));
      stuck.forEach(each -> each.receivePublish(LARGE));
      assertThat(broker.gauge("pending_bytes")).isZero();
    }
  }

  @Test
  void aClientThatStopsInTheMiddleOfAMessageIsClosedAfterTheWriteTimeout() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxPacketSize = 1 << 20;
              o.limits.writeTimeout = Duration.ofSeconds(5);
            })) {
      TestClient subscriber = broker.connect("s").subscribe("t", 0);
      subscriber.stall(true);
      broker.connect("p").publish("t", LARGE);
      broker.pass(Duration.ofSeconds(4));
      assertThat(broker.count(Reason.WRITE_TIMEOUT)).isZero();
      broker.pass(Duration.ofSeconds(2));
      assertThat(broker.count(Reason.WRITE_TIMEOUT)).isEqualTo(1);
      assertThat(broker.gauge("pending_bytes")).isZero();
    }
  }

  @Test
  void largePropertiesAreSharedLikeLargePayloads() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxPacketSize = 1 << 20)) {
      List<TestClient> stuck = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        TestClient each =
            broker.connect(as("s" + i).property(Property.TOPIC_ALIAS_MAXIMUM, i % 2 * 10));
        each.subscribe(
            i % 3,
            new io.strmqtt.mqtt.packet.MqttPacket.Subscribe.Request(
                "topic", i % 2, false, false, 0));
        each.stall(true);
        stuck.add(each);
      }
      Properties.Builder properties = Properties.builder().add(Property.MESSAGE_EXPIRY_INTERVAL, 9);
      for (int i = 0; i < 5; i++) {
        properties.addUser("name" + i, "v".repeat(60_000));
      }
      broker.connect("p").publish("topic", LARGE, 1, false, properties.build());
      assertThat(broker.allocator().metric().usedDirectMemory()).isLessThan(2_000_000);
      for (TestClient each : stuck) {
        each.stall(false);
        var publish = each.receivePublish(LARGE);
        assertThat(publish.properties().userProperties()).hasSize(5);
        assertThat(publish.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, -1)).isEqualTo(9);
      }
    }
  }
}

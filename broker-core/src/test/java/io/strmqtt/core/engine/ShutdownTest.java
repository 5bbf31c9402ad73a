package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.core.Counters;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import org.junit.jupiter.api.Test;

class ShutdownTest {
  @Test
  void everyClientIsToldAsItsVersionCan() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient v5 = broker.connect(as("a"));
      TestClient v4 = broker.connect(as("b").version(MqttVersion.V3_1_1).loop(1));
      broker.engine().shutdown();
      broker.loops().settle();

      assertThat(v5.receiveDisconnect(ReasonCode.SERVER_SHUTTING_DOWN))
          .isEqualTo(Reason.SERVER_SHUTDOWN);
      assertThat(v4.receiveClose()).isEqualTo(Reason.SERVER_SHUTDOWN);
      assertThat(broker.engine().connections()).isZero();
      assertThat(broker.view().ready()).isFalse();
    }
  }

  @Test
  void theWillsOfThoseWhoAreConnectedArePublished() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("away").expiry(100)).subscribe("will/#", 1).drop();
      broker.connect(as("a").will("will/a", "gone", 1, true, Properties.NONE));
      broker.connect(
          as("b").version(MqttVersion.V3_1_1).will("will/b", "gone", 1, true, Properties.NONE));
      broker.engine().shutdown();
      broker.loops().settle();

      assertThat(broker.view().session("away").orElseThrow().counters().queued()).isEqualTo(2);
      assertThat(broker.gauge("retained")).isEqualTo(2);
    }
  }

  @Test
  void nobodyIsLetInAnyMore() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.engine().shutdown();
      TestClient late = broker.attempt(as("a"));
      assertThat(late.receive(Connack.class).code())
          .isEqualTo(ReasonCode.SERVER_UNAVAILABLE); // 3.2.2-8
      assertThat(late.receiveClose()).isEqualTo(Reason.SHUTTING_DOWN);
    }
  }

  @Test
  void theWillsOfConnectedClientsArePublishedAndKeptForThoseWhoAreAway() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("away").resume().expiry(1000)).subscribe("will/#", 1).drop();
      broker.connect(as("a").will("will/a", "gone", 1, true, Properties.NONE));
      broker.connect(as("b").version(MqttVersion.V3_1_1).will("will/b", "gone").loop(1));
      broker.connect(as("c").expiry(1000).will("will/c", "later", 500));
      broker.engine().shutdown();
      broker.loops().settle();

      assertThat(broker.count(Counters.Event.WILLS_PUBLISHED)).isEqualTo(2); // MQTT-3.1.2-8
      assertThat(broker.gauge("retained")).isEqualTo(1);
      assertThat(broker.view().session("away").orElseThrow().counters().queued()).isEqualTo(1);
    }
  }
}

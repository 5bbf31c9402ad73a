package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Pingresp;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets that take their time: bytes are life, but not for ever. */
class SlowPacketTest {
  /** PUBLISH of 100,000 bytes to "a", in 3.1.1. */
  private static final String BEGIN = "30 a08d06 0001 61";

  private static final int REST = 100_000 - 3;

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V5", mode = EnumSource.Mode.EXCLUDE)
  void aPacketWhoseBytesFlowMayTakeLongerThanTheKeepAlive(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("a", 0);
      TestClient client = broker.connect(as("c").version(version).keepAlive(4));
      client.sendHex(BEGIN);
      for (int sent = 0; sent < REST; ) {
        broker.pass(Duration.ofSeconds(5));
        byte[] some = new byte[Math.min(5_000, REST - sent)];
        client.sendBytes(some);
        sent += some.length;
      }
      assertThat(watcher.receivePublish().payload()).hasSize(REST);
      client.send(new Pingreq());
      client.receive(Pingresp.class);
      broker.pass(Duration.ofMillis(6_500));
      assertThat(client.receiveClose()).isEqualTo(Reason.KEEP_ALIVE_TIMEOUT);
    }
  }

  @Test
  void aPacketThatStopsIsCutOffByTheKeepAlive() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("c").version(MqttVersion.V3_1_1).keepAlive(4));
      client.sendHex(BEGIN);
      broker.pass(Duration.ofMillis(6_500));
      assertThat(client.receiveClose()).isEqualTo(Reason.KEEP_ALIVE_TIMEOUT);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 30, 65_535})
  void aTrickleEndsWhateverTheKeepAliveIs(int keepAlive) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("c").keepAlive(keepAlive));
      client.sendHex(BEGIN);
      for (int second = 0; second < 119; second++) {
        broker.pass(Duration.ofSeconds(1));
        client.sendBytes(new byte[1]);
      }
      client.receiveNothing();
      broker.pass(Duration.ofSeconds(3));
      assertThat(client.receiveDisconnect(ReasonCode.UNSPECIFIED_ERROR))
          .isEqualTo(Reason.PACKET_TIMEOUT);
    }
  }

  @Test
  void aPacketThatStopsEndsAlsoWithoutAKeepAlive() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("c").version(MqttVersion.V3_1_1));
      broker.pass(Duration.ofHours(1));
      client.sendHex(BEGIN);
      client.sendBytes(new byte[51_200]);
      broker.pass(Duration.ofSeconds(215));
      client.receiveNothing();
      broker.pass(Duration.ofSeconds(10));
      assertThat(client.receiveClose()).isEqualTo(Reason.PACKET_TIMEOUT);
    }
  }

  @Test
  void eachPacketHasItsOwnTime() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("c"));
      client.sendHex("c0");
      for (int i = 0; i < 10; i++) {
        broker.pass(Duration.ofSeconds(100));
        client.sendHex("00 c0"); // the end of one, and the beginning of the next
        client.receive(Pingresp.class);
      }
      client.sendHex("00");
      client.receive(Pingresp.class);
      broker.pass(Duration.ofHours(1));
      client.receiveNothing();
    }
  }
}

package io.strmqtt.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishFrameTest {
  @ParameterizedTest
  @CsvSource({"1, 0", "1, 200", "300, 5", "127, 20000", "65535, 3000000"})
  void aPatchedFrameIsThePacketWithThatIdentifier(int topicLength, int payloadLength) {
    String topic = "t".repeat(topicLength);
    byte[] payload = new byte[payloadLength];
    for (MqttVersion version : MqttVersion.values()) {
      byte[] frame =
          PublishFrame.encode(
              new Publish(topic, 1, true, false, 1, payload, Properties.NONE), version);
      int index = PublishFrame.packetIdIndex(frame);
      frame[index] = (byte) 0xBE;
      frame[index + 1] = (byte) 0xEF;
      frame[0] |= PublishFrame.DUP;

      MqttDecoder decoder = MqttDecoder.forClient(version, Integer.MAX_VALUE);
      assertThat(PacketText.of(decoder.decode(Unpooled.wrappedBuffer(frame))))
          .isEqualTo(
              PacketText.of(new Publish(topic, 1, true, true, 0xBEEF, payload, Properties.NONE)));
    }
  }

  @Test
  void aFrameOfQos0HasNoPacketIdentifier() {
    byte[] frame =
        PublishFrame.encode(
            new Publish("t", 0, true, false, 0, new byte[2], Properties.NONE), MqttVersion.V5);
    assertThatThrownBy(() -> PublishFrame.packetIdIndex(frame))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

package io.strmqtt.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
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

  @ParameterizedTest
  @CsvSource({"1, 0, 0", "1, 200, 50", "300, 5, 124", "127, 20000, 127", "65535, 3000000, 16380"})
  void aFrameWithAnAliasIsThePacketWithThatProperty(
      int topicLength, int payloadLength, int propertyLength) {
    String topic = "t".repeat(topicLength);
    byte[] payload = new byte[payloadLength];
    for (int qos = 0; qos <= 1; qos++) {
      for (boolean named : new boolean[] {true, false}) {
        Properties.Builder own = Properties.builder();
        Properties.Builder with = Properties.builder().add(Property.TOPIC_ALIAS, 0x0102);
        if (propertyLength > 0) {
          own.add(Property.CONTENT_TYPE, "c".repeat(propertyLength));
          with.add(Property.CONTENT_TYPE, "c".repeat(propertyLength));
        }
        byte[] frame =
            PublishFrame.encode(
                new Publish(topic, qos, true, false, qos, payload, own.build()), MqttVersion.V5);
        ByteBuf out = Unpooled.buffer();
        int rest = PublishFrame.writeAliased(frame, named, frame[0], qos * 7, 0x0102, out);
        out.writeBytes(frame, rest, frame.length - rest);

        assertThat(out.readableBytes()).isEqualTo(PublishFrame.aliasedSize(frame, named));
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        assertThat(bytes)
            .isEqualTo(
                PublishFrame.encode(
                    new Publish(
                        named ? topic : "", qos, true, false, qos * 7, payload, with.build()),
                    MqttVersion.V5));
      }
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

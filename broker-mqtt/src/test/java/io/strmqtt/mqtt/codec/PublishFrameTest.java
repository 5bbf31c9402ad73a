package io.strmqtt.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

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
  private static byte[] bytes(
      PublishFrame frame,
      int qos,
      int packetId,
      boolean dup,
      long expiry,
      int alias,
      boolean named) {
    ByteBuf out = Unpooled.buffer();
    frame.writePrefix(out, qos, packetId, dup, expiry, alias, named);
    assertThat(out.readableBytes()).isEqualTo(frame.prefixSize(alias, named));
    out.writeBytes(frame.head(), frame.restAt(), frame.head().length - frame.restAt());
    out.writeBytes(frame.payload());
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }

  private static byte[] encoded(Publish publish, MqttVersion version) {
    ByteBuf out = Unpooled.buffer();
    MqttEncoder.encode(publish, version, out);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "1, 200", "300, 5", "127, 8191", "127, 8192", "127, 20000", "65535, 3000000"})
  void aPatchedFrameIsThePacketOfThatSubscriber(int topicLength, int payloadLength) {
    String topic = "t".repeat(topicLength);
    byte[] payload = new byte[payloadLength];
    for (MqttVersion version : MqttVersion.values()) {
      PublishFrame one =
          PublishFrame.of(new Publish(topic, 1, true, false, 1, payload, Properties.NONE), version);
      for (int qos = 1; qos <= 2; qos++) {
        for (boolean dup : new boolean[] {false, true}) {
          Publish expected = new Publish(topic, qos, true, dup, 0xBEEF, payload, Properties.NONE);
          assertThat(bytes(one, qos, 0xBEEF, dup, -1, 0, true))
              .isEqualTo(encoded(expected, version));
          assertThat(one.size()).isEqualTo(MqttEncoder.size(expected, version));
        }
      }
      Publish zero = new Publish(topic, 0, false, false, 0, payload, Properties.NONE);
      assertThat(bytes(PublishFrame.of(zero, version), 0, 0, false, -1, 0, true))
          .isEqualTo(encoded(zero, version));
    }
  }

  @Test
  void aLargePayloadIsKeptOnceHoweverManyFramesThereAre() {
    byte[] payload = new byte[PublishFrame.LARGE];
    for (MqttVersion version : MqttVersion.values()) {
      PublishFrame frame =
          PublishFrame.of(new Publish("t", 1, false, false, 1, payload, Properties.NONE), version);
      assertThat(frame.payload()).isSameAs(payload);
      assertThat(frame.head().length).isLessThan(16);
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
        PublishFrame frame =
            PublishFrame.of(
                new Publish(topic, qos, true, false, qos, payload, own.build()), MqttVersion.V5);
        byte[] bytes = bytes(frame, qos, qos * 7, false, -1, 0x0102, named);

        assertThat(bytes.length).isEqualTo(frame.aliasedSize(named));
        assertThat(bytes)
            .isEqualTo(
                encoded(
                    new Publish(
                        named ? topic : "", qos, true, false, qos * 7, payload, with.build()),
                    MqttVersion.V5));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"-1, 0", "0, 0", "1, 3", "-1, 70000"})
  void theRemainingExpiryIsPatchedWithAndWithoutAnAlias(int format, int payloadLength) {
    byte[] payload = new byte[payloadLength];
    PublishFrame frame =
        PublishFrame.of(
            new Publish("topic", 0, false, false, 0, payload, expiring(format, 0, 99)),
            MqttVersion.V5);
    assertThat(bytes(frame, 0, 0, false, 0xFFFF_FFFEL, 0, true))
        .isEqualTo(
            encoded(
                new Publish(
                    "topic", 0, false, false, 0, payload, expiring(format, 0, 0xFFFF_FFFEL)),
                MqttVersion.V5));
    assertThat(bytes(frame, 0, 0, false, 7, 5, false))
        .isEqualTo(
            encoded(
                new Publish("", 0, false, false, 0, payload, expiring(format, 5, 7)),
                MqttVersion.V5));
  }

  private static Properties expiring(int format, int alias, long expiry) {
    Properties.Builder properties = Properties.builder();
    if (alias > 0) {
      properties.add(Property.TOPIC_ALIAS, alias);
    }
    if (format >= 0) {
      properties.add(Property.PAYLOAD_FORMAT_INDICATOR, format);
    }
    return properties
        .add(Property.MESSAGE_EXPIRY_INTERVAL, expiry)
        .add(Property.CONTENT_TYPE, "text/plain")
        .build();
  }
}

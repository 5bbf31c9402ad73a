package io.strmqtt.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Unsuback;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What 3.x leaves out, and what cannot be written. */
class MqttEncoderTest {
  private static final Properties WHY =
      Properties.builder().add(Property.REASON_STRING, "r").build();

  @ParameterizedTest
  @CsvSource({
    "UNSUPPORTED_PROTOCOL_VERSION, 1",
    "CLIENT_IDENTIFIER_NOT_VALID, 2",
    "SERVER_UNAVAILABLE, 3",
    "SERVER_BUSY, 3",
    "QUOTA_EXCEEDED, 3",
    "BAD_USER_NAME_OR_PASSWORD, 4",
    "NOT_AUTHORIZED, 5"
  })
  void aConnackOf3xHasTheNearestReturnCode(ReasonCode code, int returnCode) {
    assertHex(new Connack(false, code, WHY), MqttVersion.V3_1_1, "2002000" + returnCode);
  }

  @Test
  void aConnackOf31HasNoSessionPresentFlag() {
    Connack connack = new Connack(true, ReasonCode.SUCCESS, Properties.NONE);
    assertHex(connack, MqttVersion.V3_1, "20020000");
    assertHex(connack, MqttVersion.V3_1_1, "20020100");
  }

  @Test
  void aSubackOf3xHasOneErrorForAll() {
    Suback suback =
        new Suback(1, List.of(ReasonCode.GRANTED_QOS_1, ReasonCode.TOPIC_FILTER_INVALID), WHY);
    assertHex(suback, MqttVersion.V3_1_1, "900400010180");
  }

  @Test
  void whatHasNoPlaceIn3xIsLeftOut() {
    assertHex(new Puback(1, ReasonCode.NOT_AUTHORIZED, WHY), MqttVersion.V3_1_1, "40020001");
    assertHex(new Disconnect(ReasonCode.SESSION_TAKEN_OVER, WHY), MqttVersion.V3_1_1, "e000");
    Unsuback unsuback = new Unsuback(1, List.of(ReasonCode.SUCCESS), WHY);
    assertHex(unsuback, MqttVersion.V3_1_1, "b0020001");
  }

  @Test
  void thereIsNoAuthIn3x() {
    Auth auth = new Auth(ReasonCode.SUCCESS, Properties.NONE);
    assertThatThrownBy(() -> MqttEncoder.size(auth, MqttVersion.V3_1_1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aStringTooLongIsRefusedBeforeAnythingIsWritten() {
    ByteBuf out = Unpooled.buffer();
    Publish publish =
        new Publish("ä".repeat(32_768), 0, false, false, 0, new byte[0], Properties.NONE);
    assertThatThrownBy(() -> MqttEncoder.encode(publish, MqttVersion.V5, out))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(out.readableBytes()).isZero();
  }

  @Test
  @Normative(v5 = "MQTT-2.2.2-1")
  void aPacketWithoutPropertiesSaysSo() {
    assertHex(
        new Connack(false, ReasonCode.SUCCESS, Properties.NONE), MqttVersion.V5, "2003000000");
    assertHex(
        new Suback(1, List.of(ReasonCode.SUCCESS), Properties.NONE),
        MqttVersion.V5,
        "900400010000");
    assertHex(
        new Unsuback(1, List.of(ReasonCode.SUCCESS), Properties.NONE),
        MqttVersion.V5,
        "b00400010000");
    assertHex(
        new Publish("a", 1, false, false, 7, new byte[] {9}, Properties.NONE),
        MqttVersion.V5,
        "320700016100070009");
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "124, 2", "125, 3", "16380, 3", "16381, 4", "2097148, 4", "2097149, 5"})
  @Normative(v5 = "MQTT-1.5.5-1")
  void theRemainingLengthTakesNoMoreBytesThanItNeeds(int payload, int header) {
    Publish publish = new Publish("a", 0, false, false, 0, new byte[payload], Properties.NONE);
    assertThat(MqttEncoder.size(publish, MqttVersion.V3_1_1)).isEqualTo(header + 3 + payload);
    assertThat(Wire.encode(publish, MqttVersion.V3_1_1)).hasSize(header + 3 + payload);
  }

  private static void assertHex(MqttPacket packet, MqttVersion version, String hex) {
    assertThat(Wire.hex(Wire.encode(packet, version))).isEqualTo(hex);
  }
}

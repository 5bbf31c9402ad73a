package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What ends an accepted connection, byte by byte: 5.0 is told why, 3.x is closed. */
class MalformedTest {
  private static final ReasonCode MALFORMED = ReasonCode.MALFORMED_PACKET;
  private static final ReasonCode PROTOCOL = ReasonCode.PROTOCOL_ERROR;

  /**
   * The end of the connection publishes the will: the network connection ended without DISCONNECT.
   */
  private static void ends(MqttVersion version, ReasonCode code, String... inputs) {
    for (String hex : inputs) {
      try (EngineFixture broker = EngineFixture.start()) {
        TestClient watcher = broker.connect("w").subscribe("#", 1);
        TestClient client = broker.connect(as("a").version(version).will("w", "gone"));
        client.sendHex(hex);
        if (version == MqttVersion.V5) {
          client.receiveDisconnect(code);
        } else {
          client.receiveClose();
        }
        watcher.receivePublish("gone");
        watcher.receiveNothing();
      }
    }
  }

  private static void ends(ReasonCode code, String... inputs) {
    ends(MqttVersion.V5, code, inputs);
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V3_1", mode = EnumSource.Mode.EXCLUDE)
  @Normative(
      v5 = {"MQTT-2.1.3-1", "MQTT-4.13.1-1"},
      v311 = {"MQTT-2.2.2-1", "MQTT-2.2.2-2", "MQTT-4.8.0-1"})
  void reservedFlagsOfTheFixedHeaderHaveTheirValues(MqttVersion version) {
    for (int type : new int[] {4, 5, 6, 7, 8, 10, 12, 14}) {
      int right = type == 6 || type == 8 || type == 10 ? 2 : 0;
      for (int flags = 0; flags < 16; flags++) {
        if (flags != right) {
          ends(version, MALFORMED, "%x%x00".formatted(type, flags));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V3_1", mode = EnumSource.Mode.EXCLUDE)
  @Normative(
      v5 = {"MQTT-3.6.1-1", "MQTT-3.8.1-1", "MQTT-3.10.1-1"},
      v311 = {"MQTT-3.6.1-1", "MQTT-3.8.1-1", "MQTT-3.10.1-1"})
  void pubrelSubscribeAndUnsubscribeHaveTheFlags0010(MqttVersion version) {
    String properties = version == MqttVersion.V5 ? "00" : "";
    String length = version == MqttVersion.V5 ? "07" : "06";
    String shorter = version == MqttVersion.V5 ? "06" : "05";
    ends(
        version,
        MALFORMED,
        "60020001",
        "63020001",
        "80" + length + "0001" + properties + "0001 61 00",
        "8b" + length + "0001" + properties + "0001 61 00",
        "a0" + shorter + "0001" + properties + "0001 61",
        "a6" + shorter + "0001" + properties + "0001 61");
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V3_1", mode = EnumSource.Mode.EXCLUDE)
  @Normative(v5 = "MQTT-3.14.1-1", v311 = "MQTT-3.14.1-1")
  void aDisconnectWithReservedFlagsIsNone(MqttVersion version) {
    ends(version, MALFORMED, "e100", "e800", "ef00"); // the will is published
  }

  @Test
  @Normative(v5 = "MQTT-3.15.1-1")
  void authHasNoFlags() {
    ends(MALFORMED, "f100", "f200", "f80618 04 15 0001 6d");
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  void whatOnlyAServerSendsIsAProtocolError(MqttVersion version) {
    ends(version, PROTOCOL, "20020000", "9003000100", "b0020001", "d000");
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-2.2.1-3", v311 = "MQTT-2.3.1-1")
  void aPacketIdentifierIsNotZero(MqttVersion version) {
    if (version == MqttVersion.V5) {
      ends(
          PROTOCOL,
          "32 06 0001 61 0000 00",
          "34 06 0001 61 0000 00",
          "82 07 0000 00 0001 61 00",
          "a2 06 0000 00 0001 61");
    } else {
      ends(
          version,
          PROTOCOL,
          "32 05 0001 61 0000",
          "34 05 0001 61 0000",
          "82 06 0000 0001 61 00",
          "a2 05 0000 0001 61");
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.3.2-1", "MQTT-1.5.4-1", "MQTT-1.5.4-2", "MQTT-4.7.3-2"},
      v311 = {"MQTT-3.3.2-1", "MQTT-1.5.3-1", "MQTT-1.5.3-2", "MQTT-4.7.3-2"})
  void aTopicNameIsAValidString(MqttVersion version) {
    ends(
        version,
        MALFORMED,
        "30 06 0003 eda080 00", // U+D800
        "30 06 0003 edbfbf 00", // U+DFFF
        "30 06 0003 610062 00", // U+0000
        "30 05 0002 c080 00",
        "30 05 0002 ff61 00",
        "30 03 0002 61");
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.3.2-2", "MQTT-4.7.0-1"},
      v311 = {"MQTT-3.3.2-2", "MQTT-4.7.1-1"})
  void aTopicNameHasNoWildcards(MqttVersion version) {
    ends(
        version,
        ReasonCode.TOPIC_NAME_INVALID,
        "30 04 0001 23 00",
        "30 04 0001 2b 00",
        "30 06 0003 612f23 00",
        "30 06 0003 612b62 00");
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-4.7.3-1", v311 = "MQTT-4.7.3-1")
  void aTopicNameIsNotEmpty(MqttVersion version) {
    ends(version, PROTOCOL, "30 03 0000 00");
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V3_1", mode = EnumSource.Mode.EXCLUDE)
  @Normative(v5 = "MQTT-3.3.1-2", v311 = "MQTT-3.3.1-2")
  void qos0HasNoDuplicates(MqttVersion version) {
    ends(version, MALFORMED, "38 04 0001 61 00");
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-3.3.1-4", v311 = "MQTT-3.3.1-4")
  void thereIsNoQos3(MqttVersion version) {
    ends(version, MALFORMED, "36 06 0001 61 0001 00", "3e 06 0001 61 0001 00");
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.8.3-1", "MQTT-3.10.3-1"},
      v311 = {"MQTT-3.8.3-1", "MQTT-3.10.3-1"})
  void aTopicFilterIsAValidString(MqttVersion version) {
    if (version == MqttVersion.V5) {
      ends(
          MALFORMED,
          "82 09 0001 00 0003 eda080 00",
          "82 08 0001 00 0002 6100 00",
          "a2 08 0001 00 0003 eda080",
          "a2 07 0001 00 0002 6100");
    } else {
      ends(
          version,
          MALFORMED,
          "82 08 0001 0003 eda080 00",
          "82 07 0001 0002 6100 00",
          "a2 07 0001 0003 eda080",
          "a2 06 0001 0002 6100");
    }
  }

  @Test
  @Normative(
      v5 = {"MQTT-3.8.3-2", "MQTT-3.10.3-2"},
      v311 = {"MQTT-3.8.3-3", "MQTT-3.10.3-2"})
  void thereIsAtLeastOneTopicFilter() {
    ends(PROTOCOL, "82 03 0001 00", "a2 03 0001 00");
    for (MqttVersion version : List.of(MqttVersion.V3_1, MqttVersion.V3_1_1)) {
      ends(version, PROTOCOL, "82 02 0001", "a2 02 0001");
    }
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V3_1_1")
  @Normative(v311 = "MQTT-3.8.3-4")
  void aRequestedQosHasTwoBitsAndIsNot3(MqttVersion version) {
    for (int bit = 2; bit < 8; bit++) {
      ends(version, MALFORMED, "82 06 0001 0001 61 %02x".formatted(1 << bit));
    }
    ends(version, PROTOCOL, "82 06 0001 0001 61 03");
  }

  @Test
  @Normative(v5 = "MQTT-3.8.3-5")
  void reservedSubscriptionOptionsAreZero() {
    ends(MALFORMED, "82 07 0001 00 0001 61 40", "82 07 0001 00 0001 61 80");
    ends(PROTOCOL, "82 07 0001 00 0001 61 03", "82 07 0001 00 0001 61 30");
  }

  @Test
  @Normative(v5 = "MQTT-1.5.5-1")
  void variableByteIntegersHaveTheirShortestForm() {
    ends(
        MALFORMED,
        "c0 8000", // the remaining length
        "30 06 0001 61 8000 00", // the property length
        "82 0a 0001 03 0b 8100 0001 61 00"); // a subscription identifier
  }

  @Test
  @Normative(v5 = "MQTT-1.5.7-1")
  void bothHalvesOfAUserPropertyAreValidStrings() {
    ends(
        MALFORMED,
        "30 0d 0001 61 09 26 0003 eda080 0001 76",
        "30 0d 0001 61 09 26 0001 6e 0003 eda080",
        "30 0b 0001 61 07 26 0001 00 0001 76",
        "30 0b 0001 61 07 26 0001 6e 0001 00");
  }

  @Test
  @Normative(v5 = "MQTT-3.3.2-13")
  void aResponseTopicIsAValidString() {
    ends(MALFORMED, "30 0a 0001 61 06 08 0003 eda080", "30 09 0001 61 05 08 0002 6100");
  }

  @Test
  @Normative(v5 = "MQTT-3.3.2-14")
  void aResponseTopicHasNoWildcards() {
    ends(PROTOCOL, "30 08 0001 61 04 08 0001 23", "30 0a 0001 61 06 08 0003 612f2b");
  }

  @Test
  @Normative(v5 = "MQTT-3.3.2-19")
  void aContentTypeIsAValidString() {
    ends(MALFORMED, "30 0a 0001 61 06 03 0003 eda080", "30 09 0001 61 05 03 0002 6100");
  }

  @Test
  @Normative(v5 = "MQTT-3.3.4-6")
  void aClientSendsNoSubscriptionIdentifierWithAPublication() {
    ends(PROTOCOL, "30 06 0001 61 02 0b 01");
  }

  @Test
  @Normative(v5 = "MQTT-3.3.2-8")
  void aTopicAliasIsNotZero() {
    ends(ReasonCode.TOPIC_ALIAS_INVALID, "30 07 0001 61 03 23 0000");
  }

  @Test
  @Normative(
      v5 = {
        "MQTT-3.4.2-1",
        "MQTT-3.5.2-1",
        "MQTT-3.6.2-1",
        "MQTT-3.7.2-1",
        "MQTT-3.14.2-1",
        "MQTT-3.15.2-1"
      })
  void aReasonCodeIsOneOfItsPacket() {
    for (String type : List.of("40", "50", "62", "70")) {
      ends(MALFORMED, type + "03 0001 01", type + "03 0001 7f", type + "03 0001 8e");
    }
    ends(MALFORMED, "62 03 0001 10", "62 03 0001 80", "70 03 0001 10", "70 03 0001 80");
    ends(MALFORMED, "e0 01 01", "e0 01 7f", "e0 01 86");
    ends(MALFORMED, "f0 06 01 04 15 0001 6d", "f0 06 87 04 15 0001 6d");
  }

  @Test
  @Normative(v5 = "MQTT-4.12.0-7")
  void authIsNotForThoseWhoNamedNoMethod() {
    ends(PROTOCOL, "f0 00", "f0 06 18 04 15 0001 6d", "f0 06 19 04 15 0001 6d");
  }

  @Test
  void authDoesNotExistIn3x() {
    ends(MqttVersion.V3_1_1, MALFORMED, "f0 00");
    ends(MqttVersion.V3_1, MALFORMED, "f0 00");
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-1.5.4-3", "MQTT-4.7.3-4"},
      v311 = {"MQTT-1.5.3-3", "MQTT-4.7.3-4"})
  void theBytesEfBbBfAreACharacterLikeAnyOther(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient plain = broker.connect(as("a").version(version)).subscribe("t", 0);
      TestClient marked = broker.connect(as("b").version(version)).subscribe("\uFEFFt", 0);
      TestClient publisher = broker.connect(as("p").version(version));
      String properties = version == MqttVersion.V5 ? "00" : "";
      publisher.sendHex(
          "30 %s 0004 efbbbf74".formatted(version == MqttVersion.V5 ? "08" : "07")
              + properties
              + "78");

      Publish got = marked.receivePublish("x");
      assertThat(got.topic()).isEqualTo("\uFEFFt");
      plain.receiveNothing();
    }
  }
}

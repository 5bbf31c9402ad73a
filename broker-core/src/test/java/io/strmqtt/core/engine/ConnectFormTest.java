package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.AuthOutcome;
import io.strmqtt.api.auth.ConnectAttempt;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT, byte by byte (3.1). Keep-alive is 0, and 5.0 gives no properties, in all of them. */
class ConnectFormTest {
  private static final int CLEAN = 0x02;
  private static final int WILL = 0x04;
  private static final int WILL_QOS_1 = 0x08;
  private static final int WILL_QOS_3 = 0x18;
  private static final int WILL_RETAIN = 0x20;
  private static final int PASSWORD = 0x40;
  private static final int USER = 0x80;

  /** The client id "c". */
  private static final String ID = "0001 63";

  private static String connect(MqttVersion version, int flags, String payload) {
    String name = HexFormat.of().formatHex(version.protocolName().getBytes(StandardCharsets.UTF_8));
    return connect(
        "%04x%s%02x".formatted(version.protocolName().length(), name, version.level()),
        "%02x0000%s".formatted(flags, version == MqttVersion.V5 ? "00" : ""),
        payload);
  }

  private static String connect(String protocol, String header, String payload) {
    String body = (protocol + header + payload).replace(" ", "");
    return "10%02x%s".formatted(body.length() / 2, body);
  }

  /** A will topic of "w" and an empty payload, as the version has them. */
  private static String will(MqttVersion version) {
    return (version == MqttVersion.V5 ? "00" : "") + "0001 77 0000";
  }

  /** 5.0 says why and closes (3.1.4-1); 3.x closes without a word (3.1.1: 3.1.4-1). */
  private static void refused(MqttVersion version, int flags, String payload) {
    refused(version, flags, payload, ReasonCode.MALFORMED_PACKET);
  }

  private static void refused(MqttVersion version, int flags, String payload, ReasonCode code) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.open(as("c").version(version));
      client.sendHex(connect(version, flags, payload));
      if (version == MqttVersion.V5) {
        assertThat(client.receive(Connack.class).code()).isEqualTo(code);
      }
      assertThat(client.receiveClose()).isEqualTo(Reason.MALFORMED_CONNECT);
      assertThat(broker.gauge("sessions")).isZero();
    }
  }

  private static void accepted(MqttVersion version, int flags, String payload) {
    try (EngineFixture broker = EngineFixture.start()) {
      broker
          .open(as("c").version(version))
          .sendHex(connect(version, flags, payload))
          .expectConnack();
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-3.1.3-3", v311 = "MQTT-3.1.3-3")
  void aClientIdIsAlwaysThere(MqttVersion version) {
    accepted(version, CLEAN, ID);
    refused(version, CLEAN, "");
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.1.3-4", "MQTT-1.5.4-1", "MQTT-1.5.4-2"},
      v311 = {"MQTT-3.1.3-4", "MQTT-1.5.3-1", "MQTT-1.5.3-2"})
  void aClientIdIsAValidString(MqttVersion version) {
    refused(version, CLEAN, "0003 eda080"); // U+D800
    refused(version, CLEAN, "0003 edbfbf"); // U+DFFF
    refused(version, CLEAN, "0002 c080"); // U+0000 in an overlong form
    refused(version, CLEAN, "0003 610062"); // U+0000
    refused(version, CLEAN, "0001 ff");
    accepted(version, CLEAN, "0003 ed9fbf"); // U+D7FF
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.1.3-11", "MQTT-4.7.0-1"},
      v311 = {"MQTT-3.1.3-10", "MQTT-4.7.1-1"})
  void aWillTopicIsAValidTopicName(MqttVersion version) {
    String properties = version == MqttVersion.V5 ? "00" : "";
    accepted(version, CLEAN | WILL, ID + will(version));
    refused(version, CLEAN | WILL, ID + properties + "0003 eda080 0000");
    refused(version, CLEAN | WILL, ID + properties + "0002 7700 0000");
    for (String wildcard : List.of("0001 23", "0003 772f2b", "0002 772b")) {
      refused(
          version,
          CLEAN | WILL,
          ID + properties + wildcard + "0000",
          ReasonCode.TOPIC_NAME_INVALID);
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-3.1.3-12", v311 = "MQTT-3.1.3-11")
  void aUserNameIsAValidString(MqttVersion version) {
    accepted(version, CLEAN | USER, ID + "0001 75");
    refused(version, CLEAN | USER, ID + "0003 eda080");
    refused(version, CLEAN | USER, ID + "0002 7500");
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-3.1.2-9", v311 = "MQTT-3.1.2-9")
  void aWillHasATopicAndAPayload(MqttVersion version) {
    String properties = version == MqttVersion.V5 ? "00" : "";
    refused(version, CLEAN | WILL, ID);
    refused(version, CLEAN | WILL, ID + properties);
    refused(version, CLEAN | WILL, ID + properties + "0001 77");
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V3_1", mode = EnumSource.Mode.EXCLUDE)
  @Normative(
      v5 = {"MQTT-3.1.2-11", "MQTT-3.1.2-13"},
      v311 = {"MQTT-3.1.2-11", "MQTT-3.1.2-13", "MQTT-3.1.2-15"})
  void withoutAWillNothingDescribesOne(MqttVersion version) {
    refused(version, CLEAN | WILL_QOS_1, ID);
    refused(version, CLEAN | 2 * WILL_QOS_1, ID);
    refused(version, CLEAN | WILL_RETAIN, ID);
    refused(version, CLEAN, ID + will(version));
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-3.1.2-12", v311 = "MQTT-3.1.2-14")
  void theQosOfAWillIsNot3(MqttVersion version) {
    accepted(version, CLEAN | WILL | 2 * WILL_QOS_1, ID + will(version));
    refused(version, CLEAN | WILL | WILL_QOS_3, ID + will(version));
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.1.2-16", "MQTT-3.1.2-18"},
      v311 = {"MQTT-3.1.2-18", "MQTT-3.1.2-20"})
  void whatTheFlagsDoNotNameIsNotThere(MqttVersion version) {
    refused(version, CLEAN, ID + "0001 75");
    refused(version, CLEAN | USER, ID + "0001 75 0001 70");
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V3_1", mode = EnumSource.Mode.EXCLUDE)
  @Normative(
      v5 = {"MQTT-3.1.2-17", "MQTT-3.1.2-19"},
      v311 = {"MQTT-3.1.2-19", "MQTT-3.1.2-21"})
  void whatTheFlagsNameIsThere(MqttVersion version) {
    accepted(version, CLEAN | USER | PASSWORD, ID + "0001 75 0001 70");
    refused(version, CLEAN | USER, ID);
    refused(version, CLEAN | USER | PASSWORD, ID + "0001 75");
  }

  @Test
  void in31TheFlagsMayNameCredentialsThatAreNotThere() {
    accepted(MqttVersion.V3_1, CLEAN | USER | PASSWORD, ID); // 3.1 of MQTT 3.1
  }

  @Test
  @Normative(v5 = "MQTT-3.1.2-19", v311 = "MQTT-3.1.2-22")
  void aPasswordWithoutAUserNameIsFor5Only() {
    accepted(MqttVersion.V5, CLEAN | PASSWORD, ID + "0001 70");
    refused(MqttVersion.V3_1_1, CLEAN | PASSWORD, ID + "0001 70");
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-3.1.3-1", v311 = "MQTT-3.1.3-1")
  void theFieldsAreReadInTheirOrder(MqttVersion version) {
    List<ConnectAttempt> attempts = new ArrayList<>();
    try (EngineFixture broker =
        EngineFixture.start(
            o ->
                o.authenticator =
                    Optional.of(
                        attempt -> {
                          attempts.add(attempt);
                          return CompletableFuture.completedFuture(new AuthOutcome.Accepted("u"));
                        }))) {
      TestClient watcher = broker.connect(as("w").username("w")).subscribe("#", 1);
      String properties = version == MqttVersion.V5 ? "05 02 00000009" : "";
      TestClient client = broker.open(as("c").version(version));
      client.sendHex(
          connect(
              version,
              CLEAN | WILL | WILL_QOS_1 | USER | PASSWORD,
              "0002 6964" + properties + "0002 7774 0002 7770 0002 7573 0002 7077"));
      client.expectConnack();
      ConnectAttempt attempt = attempts.getLast();
      assertThat(attempt.clientId()).isEqualTo("id");
      assertThat(attempt.username()).contains("us");
      assertThat(attempt.password())
          .hasValueSatisfying(p -> assertThat(p).asString().isEqualTo("pw"));
      client.drop();
      Publish will = watcher.receivePublish("wp");
      assertThat(will.topic()).isEqualTo("wt");
      assertThat(will.properties().isEmpty()).isEqualTo(version != MqttVersion.V5);
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-3.1.3-5", v311 = "MQTT-3.1.3-5")
  void everyIdOfUpTo23LettersAndDigitsIsAccepted(MqttVersion version) {
    String all = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    try (EngineFixture broker = EngineFixture.start()) {
      for (int length = 1; length <= 23; length++) {
        broker.connect(as(all.substring(length, 2 * length)).version(version));
      }
      for (int at = 0; at + 23 <= all.length(); at += 13) {
        broker.connect(as(all.substring(at, at + 23)).version(version));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V3_1", mode = EnumSource.Mode.EXCLUDE)
  @Normative(v5 = "MQTT-3.1.3-2", v311 = "MQTT-3.1.3-2")
  void theClientIdAloneIsTheKeyOfTheSession(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(persistent("ab", version)).disconnect();
      for (String other : List.of("AB", "ab ", "a", "abc", "\uFEFFab")) {
        assertThat(broker.connect(persistent(other, version)).connack().sessionPresent()).isFalse();
      }
      assertThat(broker.connect(persistent("ab", version)).connack().sessionPresent()).isTrue();
    }
  }

  private static ConnectOptions persistent(String id, MqttVersion version) {
    ConnectOptions options = as(id).version(version).resume();
    return version == MqttVersion.V5 ? options.expiry(100) : options;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0004 4d515454 00", // MQTT, level 0
        "0004 4d515454 03", // MQTT, level 3
        "0004 4d515454 06", // MQTT, level 6
        "0004 4d515454 85", // 5.0 with the mark of a bridge
        "0006 4d5149736470 04", // MQIsdp, level 4
        "0006 4d5149736470 84",
        "0004 4d515455 04", // MQTU
        "0004 6d717474 04", // mqtt
        "0000 04",
      })
  @Normative(
      v5 = {"MQTT-3.1.2-1", "MQTT-3.1.2-2"},
      v311 = {"MQTT-3.1.2-1", "MQTT-3.1.2-2"})
  void whatTheBrokerDoesNotSpeakIsAnsweredWith1AndClosed(String protocol) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.open(as("c").version(MqttVersion.V3_1_1));
      client.sendHex(connect(protocol, "020000", ID));
      Connack answer = client.receive(Connack.class); // of 3.1.1: 20 02 00 01
      assertThat(answer.code()).isEqualTo(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
      assertThat(client.receiveClose()).isEqualTo(Reason.UNSUPPORTED_VERSION);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00",
        "20020000",
        "3000",
        "4000",
        "5000",
        "6200",
        "7000",
        "8200",
        "9000",
        "a200",
        "b000",
        "c000",
        "d000",
        "e000",
        "f000"
      })
  @Normative(v5 = "MQTT-3.1.0-1", v311 = "MQTT-3.1.0-1")
  void anyOtherFirstPacketIsClosedWithoutAnAnswer(String hex) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.open(as("c"));
      client.sendHex(hex);
      assertThat(client.receiveClose()).isEqualTo(Reason.NOT_CONNECT);
    }
  }
}

package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe.Request;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Topic names and filters (4.7, 4.8.2) as clients meet them. */
class TopicRulesTest {
  private static ReasonCode answer(MqttVersion version, String filter) {
    try (EngineFixture broker = EngineFixture.start()) {
      return broker
          .connect(as("a").version(version))
          .askFor(0, new Request(filter, 0, false, false, 0))
          .codes()
          .getFirst();
    }
  }

  private static void refused(String filter) {
    assertThat(answer(MqttVersion.V5, filter)).isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
    assertThat(answer(MqttVersion.V3_1_1, filter)).isEqualTo(ReasonCode.UNSPECIFIED_ERROR);
    assertThat(answer(MqttVersion.V3_1, filter)).isEqualTo(ReasonCode.UNSPECIFIED_ERROR);
  }

  /** Who is subscribed to the filter gets what is published to the topic, whatever they speak. */
  private static void matches(String filter, String topic, boolean expected) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient publisher = broker.connect("p");
      for (MqttVersion version : MqttVersion.values()) {
        TestClient client = broker.connect(as("a" + version).version(version)).subscribe(filter, 0);
        publisher.publish(topic, "x");
        if (expected) {
          assertThat(client.receivePublish("x").topic()).isEqualTo(topic);
        }
        client.receiveNothing();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a#", "a/b#", "#/a", "a/#/b", "##", "a/##", "/#/"})
  @Normative(v5 = "MQTT-4.7.1-1", v311 = "MQTT-4.7.1-2")
  void aNumberSignStandsAloneInTheLastLevel(String filter) {
    refused(filter);
  }

  @Test
  @Normative(v5 = "MQTT-4.7.1-1", v311 = "MQTT-4.7.1-2")
  void aNumberSignMatchesItsParentAndAllBelow() {
    matches("a/#", "a", true);
    matches("a/#", "a/b", true);
    matches("a/#", "a/b/c", true);
    matches("#", "a/b/c", true);
    matches("a/#", "ab", false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a+", "+a", "a/b+", "a/+b/c", "++", "a/++"})
  @Normative(v5 = "MQTT-4.7.1-2", v311 = "MQTT-4.7.1-3")
  void aPlusSignFillsItsLevel(String filter) {
    refused(filter);
  }

  @Test
  @Normative(v5 = "MQTT-4.7.1-2", v311 = "MQTT-4.7.1-3")
  void aPlusSignMatchesOneLevelExactly() {
    matches("a/+", "a/b", true);
    matches("a/+", "a/", true);
    matches("+/b/#", "a/b", true);
    matches("a/+", "a", false);
    matches("a/+", "a/b/c", false);
  }

  @Test
  @Normative(v5 = "MQTT-4.7.3-1", v311 = "MQTT-4.7.3-1")
  void aFilterIsNotEmpty() {
    refused("");
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-4.7.3-3", v311 = "MQTT-4.7.3-3")
  void aTopicMayHave65535Bytes(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      String longest = "t".repeat(65_535);
      TestClient client = broker.connect(as("a").version(version)).subscribe(longest, 0);
      broker.connect(as("p").version(version)).publish(longest, "x");
      assertThat(client.receivePublish("x").topic()).isEqualTo(longest);
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.7.3-4", v311 = "MQTT-4.7.3-4")
  void topicsAreComparedCharacterByCharacter() {
    matches("accounts", "Accounts", false);
    matches("e\u0301", "\u00e9", false); // one glyph, two spellings
    matches("\u00e9", "\u00e9", true);
    matches("a b", "a b", true);
    matches("a", "a ", false);
    matches("\uFEFFa", "a", false);
    matches("a/", "a", false);
  }

  @Test
  @Normative(v5 = "MQTT-4.7.2-1", v311 = "MQTT-4.7.2-1")
  void wildcardsAtTheBeginningDoNotMatchDollarTopics() {
    matches("#", "$x/a", false);
    matches("+/a", "$x/a", false);
    matches("$x/+", "$x/a", true);
    matches("$x/#", "$x/a", true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$share/",
        "$share//",
        "$share//a",
        "$share/g",
        "$share/g/",
        "$share/+/a",
        "$share/g+/a",
        "$share/#/a",
        "$share/g#/a",
        "$share/#",
        "$share/g/a#",
        "$share/g/a/#/b"
      })
  @Normative(v5 = {"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
  void aSharedFilterHasANameWithoutWildcardsAndAFilter(String filter) {
    refused(filter);
  }

  @Test
  @Normative(v5 = {"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
  void theFilterOfASharedSubscriptionIsAnyOther() {
    matches("$share/g/a", "a", true);
    matches("$share/g//a", "/a", true);
    matches("$share/g/+/b/#", "a/b/c", true);
    matches("$share/a b/a", "a", true);
    matches("$share/g/a", "g/a", false);
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-3.3.2-3", v311 = "MQTT-3.3.2-3")
  void theTopicOfAPublicationIsTheOneItWasPublishedWith(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").version(version)).subscribe("t/+/#", 2);
      for (String topic : List.of("t/a", "t/a/b", "t//", "t/\u00e9/b")) {
        broker.connect("p").publish(topic, "x", 1);
        Publish got = client.receivePublish("x");
        assertThat(got.topic()).isEqualTo(topic);
      }
    }
  }
}

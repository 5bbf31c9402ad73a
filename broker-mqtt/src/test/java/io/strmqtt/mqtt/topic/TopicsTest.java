package io.strmqtt.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.conformance.Normative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "a a",
        "a/b a/b",
        "sport/tennis/player1/# sport/tennis/player1",
        "sport/tennis/player1/# sport/tennis/player1/ranking",
        "sport/tennis/player1/# sport/tennis/player1/score/wimbledon",
        "sport/# sport",
        "# sport/tennis",
        "# /",
        "sport/tennis/+ sport/tennis/player1",
        "sport/+ sport/",
        "+ finance",
        "+/+ /finance",
        "/+ /finance",
        "+/# a",
        "+/# /",
        "+/tennis/# sport/tennis",
        "sport/+/player1 sport/tennis/player1",
        "a//b a//b",
        "a/+/b a//b",
        "$SYS/# $SYS/monitor/Clients",
        "$SYS/# $SYS",
        "$SYS/monitor/+ $SYS/monitor/Clients",
        "a/# a/$b",
        "a/+ a/$b",
      })
  void theFilterMatchesTheTopic(String filter, String topic) {
    assertThat(Topics.matches(filter, topic)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "a b",
        "a A",
        "a /a",
        "a a/",
        "a/ a",
        "a/b a",
        "ab a",
        "a ab",
        "sport/# sports",
        "sport/# spor",
        "sport/tennis/+ sport/tennis/player1/ranking",
        "sport/+ sport",
        "+ /finance",
        "+ a/b",
        "+/+ a",
        "+/+/# a",
        "# $SYS",
        "# $SYS/a",
        "+/monitor/Clients $SYS/monitor/Clients",
        "+/# $SYS/a",
        "+ $SYS",
      })
  void theFilterDoesNotMatchTheTopic(String filter, String topic) {
    assertThat(Topics.matches(filter, topic)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "/", " ", "a/b//c", "$SYS/x", "ä/€/😀", "\uFEFF"})
  void theNameIsValid(String name) {
    assertThat(Topics.isValidName(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "#", "a/+", "a+b", "a\0b"})
  @Normative(
      v5 = {"MQTT-4.7.3-1", "MQTT-4.7.3-2"},
      v311 = {"MQTT-4.7.3-1", "MQTT-4.7.3-2"})
  void theNameIsNotValid(String name) {
    assertThat(Topics.isValidName(name)).isFalse();
  }

  @Test
  @Normative(v5 = "MQTT-4.7.3-3", v311 = "MQTT-4.7.3-3")
  void theLengthOfANameIsThatOfItsUtf8() {
    assertThat(Topics.isValidName("x".repeat(65_535))).isTrue();
    assertThat(Topics.isValidName("x".repeat(65_536))).isFalse();
    assertThat(Topics.isValidName("ä".repeat(32_767) + "x")).isTrue();
    assertThat(Topics.isValidName("ä".repeat(32_768))).isFalse();
    assertThat(Topics.isValidName("€".repeat(21_845))).isTrue();
    assertThat(Topics.isValidName("€".repeat(21_845) + "x")).isFalse();
    assertThat(Topics.isValidName("😀".repeat(16_383) + "xxx")).isTrue();
    assertThat(Topics.isValidName("😀".repeat(16_384))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"a, 1", "a/b, 2", "/a, 2", "/, 2", "a//b/, 4"})
  void everySlashBeginsALevel(String topic, int levels) {
    assertThat(Topics.levels(topic)).isEqualTo(levels);
  }
}

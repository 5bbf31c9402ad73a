package io.strmqtt.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.conformance.Normative;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicFilterTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "/",
        "#",
        "+",
        "+/+",
        "a/#",
        "a/+/#",
        "/+",
        "+/",
        "a/+/b",
        "$SYS/#",
        "$share",
        "$shared/a/#"
      })
  void anOrdinaryFilterIsValid(String text) {
    TopicFilter filter = TopicFilter.parse(text);
    assertThat(filter).isEqualTo(new TopicFilter(text, Optional.empty(), text));
    assertThat(filter.isShared()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a#", "a/#/b", "#/", "##", "a+", "+a", "a/+b/c", "a/b+/c", "++", "a\0", "/#/"})
  void anOrdinaryFilterIsNotValid(String text) {
    assertThat(TopicFilter.parse(text)).isNull();
  }

  @Test
  void aSharedFilterHasANameAndAFilter() {
    TopicFilter filter = TopicFilter.parse("$share/group/a/+/#");
    assertThat(filter)
        .isEqualTo(new TopicFilter("$share/group/a/+/#", Optional.of("group"), "a/+/#"));
    assertThat(filter.isShared()).isTrue();
    assertThat(TopicFilter.parse("$share/g//a").filter()).isEqualTo("/a");
    assertThat(TopicFilter.parse("$share/g/$SYS/a").filter()).isEqualTo("$SYS/a");
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
        "$share/#",
        "$share/g#/a",
        "$share/g/a#"
      })
  void aSharedFilterIsNotValid(String text) {
    assertThat(TopicFilter.parse(text)).isNull();
  }

  @Test
  void onlyWildcardsMakeAWildcardFilter() {
    assertThat(TopicFilter.parse("a/b").hasWildcard()).isFalse();
    assertThat(TopicFilter.parse("$share/g/a").hasWildcard()).isFalse();
    assertThat(TopicFilter.parse("a/+").hasWildcard()).isTrue();
    assertThat(TopicFilter.parse("$share/g/#").hasWildcard()).isTrue();
  }

  @Test
  @Normative(v5 = "MQTT-4.7.3-3", v311 = "MQTT-4.7.3-3")
  void aFilterHasAtMost65535Bytes() {
    assertThat(TopicFilter.parse("a".repeat(65_535))).isNotNull();
    assertThat(TopicFilter.parse("a".repeat(65_536))).isNull();
  }
}

package io.strmqtt.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Matching by characters against matching by lists of levels, the way section 4.7 puts it. */
class MatchingPropertyTest {
  @Property(tries = 5000)
  void matchingAgreesWithTheSpecificationsOwnWords(
      @ForAll("filters") String filter, @ForAll("topics") String topic) {
    boolean hidden = topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"));
    boolean expected = !hidden && matches(levels(filter), levels(topic));
    assertThat(Topics.matches(filter, topic)).isEqualTo(expected);
  }

  private static boolean matches(List<String> filter, List<String> topic) {
    if (filter.isEmpty()) {
      return topic.isEmpty();
    }
    if (filter.getFirst().equals("#")) {
      return true;
    }
    return !topic.isEmpty()
        && (filter.getFirst().equals("+") || filter.getFirst().equals(topic.getFirst()))
        && matches(rest(filter), rest(topic));
  }

  private static List<String> rest(List<String> levels) {
    return levels.subList(1, levels.size());
  }

  private static List<String> levels(String text) {
    return Arrays.asList(text.split("/", -1));
  }

  @Provide
  Arbitrary<String> filters() {
    return Arbitraries.of("a", "b", "ab", "", "+", "+", "#", "$a")
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(levels -> String.join("/", levels))
        .filter(text -> TopicFilter.parse(text) != null);
  }

  @Provide
  Arbitrary<String> topics() {
    return Arbitraries.of("a", "b", "ab", "", "$a")
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(levels -> String.join("/", levels))
        .filter(Topics::isValidName);
  }
}

package io.strmqtt.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Matching by characters against matching by lists of levels, the way section 4.7 puts it. */
class MatchingPropertyTest {
  private final Random random = new Random(20_261_125);

  @Test
  void matchingAgreesWithTheSpecificationsOwnWords() {
    int matched = 0;
    for (int round = 0; round < 20_000; round++) {
      String filter = joined("a", "b", "ab", "", "+", "+", "#", "$a");
      String topic = joined("a", "b", "ab", "", "$a");
      if (TopicFilter.parse(filter) == null || !Topics.isValidName(topic)) {
        continue;
      }
      boolean hidden = topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"));
      boolean expected = !hidden && matches(levels(filter), levels(topic));
      assertThat(Topics.matches(filter, topic)).as("%s %s", filter, topic).isEqualTo(expected);
      matched += expected ? 1 : 0;
    }
    assertThat(matched).isGreaterThan(1_000);
  }

  private String joined(String... levels) {
    List<String> some = new ArrayList<>();
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      some.add(levels[random.nextInt(levels.length)]);
    }
    return String.join("/", some);
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
}

package io.strmqtt.session.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LongCountsTest {
  @Test
  void anyHistoryCountsAsAMapDoes() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      LongCounts counts = new LongCounts();
      Map<Long, Integer> model = new HashMap<>();
      for (int i = 0; i < 20_000; i++) {
        // few homes, so that probes are long
        long number = 1 + random.nextInt(2000) * (seed % 2 == 0 ? 1L : 1L << 32);
        int count = random.nextInt(3);
        counts.put(number, count);
        model.put(number, count);
      }
      model.forEach((number, count) -> assertThat(counts.get(number)).isEqualTo(count));
      assertThat(counts.size())
          .isEqualTo((int) model.values().stream().filter(count -> count > 0).count());
    }
  }
}

package io.strmqtt.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.store.SubscriptionRecord;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SubscriptionRecordsTest {
  @Test
  void theyAreWhatASortedMapHoldsHoweverManyComeAndGo() {
    Random random = new Random(5);
    for (int round = 0; round < 50; round++) {
      SubscriptionRecords records = new SubscriptionRecords();
      TreeMap<String, SubscriptionRecord> expected = new TreeMap<>();
      int filters = 1 + random.nextInt(30);
      for (int step = 0; step < 100; step++) {
        String filter = "f/" + random.nextInt(filters);
        if (random.nextInt(3) > 0) {
          SubscriptionRecord record =
              new SubscriptionRecord(filter, random.nextInt(3), false, false, 0, step);
          records.put(record);
          expected.put(filter, record);
        } else {
          records.remove(filter);
          expected.remove(filter);
        }
        assertThat(records.inOrder()).isEqualTo(List.copyOf(expected.values()));
      }
    }
  }
}

package io.strmqtt.session;

import io.strmqtt.api.Reason;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** How often each reason occurred, in little memory: most records have one reason. */
final class ReasonCounts {
  private Reason[] reasons = {};
  private long[] counts = {};

  void add(Reason reason, long count) {
    for (int i = 0; i < reasons.length; i++) {
      if (reasons[i] == reason) {
        counts[i] += count;
        return;
      }
    }
    reasons = Arrays.copyOf(reasons, reasons.length + 1);
    counts = Arrays.copyOf(counts, reasons.length);
    reasons[reasons.length - 1] = reason;
    counts[reasons.length - 1] = count;
  }

  void addAll(ReasonCounts others) {
    for (int i = 0; i < others.reasons.length; i++) {
      add(others.reasons[i], others.counts[i]);
    }
  }

  Map<Reason, Long> toMap() {
    Map<Reason, Long> map = new EnumMap<>(Reason.class);
    for (int i = 0; i < reasons.length; i++) {
      map.put(reasons[i], counts[i]);
    }
    return map;
  }
}

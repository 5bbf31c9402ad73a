package io.strmqtt.transport;

import io.strmqtt.api.admin.ProxyView.Bucket;
import io.strmqtt.api.admin.ProxyView.Histogram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * Durations by powers of two: up to 1 millisecond, up to 2, 4 and so on up to 32,768, which is
 * longer than any deadline for a header; and the rest. Any thread.
 */
final class TimeToHeader {
  private static final int BOUNDS = 16;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final LongAdder[] buckets = Adders.make(BOUNDS + 1);
  private final LongAdder nanos = new LongAdder();

  /**
   * @param duration in nanoseconds, at least 0
   */
  void add(long duration) {
    long millis = Math.ceilDiv(duration, NANOS_PER_MILLI);
    int bucket = millis <= 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(millis - 1);
    buckets[Math.min(bucket, BOUNDS)].increment();
    nanos.add(duration);
  }

  Histogram view() {
    List<Bucket> all = new ArrayList<>(BOUNDS + 1);
    for (int i = 0; i < BOUNDS; i++) {
      all.add(new Bucket(Optional.of(Duration.ofMillis(1L << i)), buckets[i].sum()));
    }
    all.add(new Bucket(Optional.empty(), buckets[BOUNDS].sum()));
    return new Histogram(all, Duration.ofNanos(nanos.sum()));
  }
}

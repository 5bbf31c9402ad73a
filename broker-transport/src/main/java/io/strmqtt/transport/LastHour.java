package io.strmqtt.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How often something happened in the last hour, to the minute. A slot for each minute of the hour
 * and the one that runs, each a number of a minute (upper half) and a count; without locks, any
 * thread.
 */
final class LastHour {
  static final int MINUTES = 60;
  private static final int SLOTS = MINUTES + 1;
  private static final long MOST = 0xffff_ffffL;

  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

  /**
   * @param nanos since an origin of the caller's, at least 0
   */
  void add(long nanos) {
    long minute = minute(nanos);
    slots.updateAndGet(
        (int) (minute % SLOTS),
        slot -> slot >>> 32 != minute ? minute << 32 | 1 : (slot & MOST) == MOST ? slot : slot + 1);
  }

  /**
   * @param nanos now, since the same origin
   */
  long sum(long nanos) {
    long now = minute(nanos);
    long sum = 0;
    for (int i = 0; i < SLOTS; i++) {
      long slot = slots.get(i);
      if (now - (slot >>> 32) <= MINUTES) {
        sum += slot & MOST;
      }
    }
    return sum;
  }

  private static long minute(long nanos) {
    return TimeUnit.NANOSECONDS.toMinutes(nanos);
  }
}

package io.strmqtt.core.sys;

import java.util.Locale;

/**
 * How often something happens in a minute, averaged over the last 1, 5 and 15 minutes: each average
 * moves towards the present rate and forgets the past exponentially, as a Unix load average does.
 * Not thread-safe.
 */
final class Load {
  static final int[] MINUTES = {1, 5, 15};

  private final double[] averages = new double[MINUTES.length];
  private long lastCount;

  /**
   * Takes in what happened since the last call.
   *
   * @param count how often it has happened altogether
   * @param seconds since the last call, above 0
   */
  void update(long count, double seconds) {
    double perMinute = (count - lastCount) * 60 / seconds;
    lastCount = count;
    for (int i = 0; i < MINUTES.length; i++) {
      double kept = Math.exp(-seconds / (60 * MINUTES[i]));
      averages[i] = perMinute + kept * (averages[i] - perMinute);
    }
  }

  /** The average over {@code MINUTES[i]} with two decimals. */
  String text(int i) {
    return String.format(Locale.ROOT, "%.2f", averages[i]);
  }
}

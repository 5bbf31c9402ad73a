package io.strmqtt.session;

import io.strmqtt.api.Settings;
import java.time.Duration;

/**
 * How many records of refused attempts are kept, and for how long.
 *
 * @param max records, at least 1
 * @param maxPerAddress records of one address, at least 1; a further one stands for those that were
 *     folded
 * @param maxAge since a record was last seen, 1 second to 3650 days
 */
public record UnauthorizedLimits(int max, int maxPerAddress, Duration maxAge) {
  private static final Duration LEAST_AGE = Duration.ofSeconds(1);
  private static final Duration MOST_AGE = Duration.ofDays(3650);

  /**
   * The settings {@code unauthorized_max} (1 to 10,000,000, default 50,000), {@code
   * unauthorized_max_per_address} (1 to 10,000, default 100) and {@code unauthorized_max_age}
   * (default P30D).
   */
  public static UnauthorizedLimits from(Settings settings) {
    Duration maxAge = settings.duration("unauthorized_max_age", Duration.ofDays(30));
    if (maxAge.compareTo(LEAST_AGE) < 0 || maxAge.compareTo(MOST_AGE) > 0) {
      throw new Settings.Invalid(
          "unauthorized_max_age", "expected PT1S to P3650D, found " + maxAge);
    }
    return new UnauthorizedLimits(
        settings.integer("unauthorized_max", 50_000, 1, 10_000_000),
        settings.integer("unauthorized_max_per_address", 100, 1, 10_000),
        maxAge);
  }
}

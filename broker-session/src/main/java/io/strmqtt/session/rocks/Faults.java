package io.strmqtt.session.rocks;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether the store can write, and since when not. Logged when it begins, once a minute while it
 * lasts, and when it is over. Told by the committer; any thread may ask.
 */
final class Faults {
  private static final Logger LOG = LogManager.getLogger(Faults.class);
  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier nanoTime;
  private volatile @Nullable String problem;
  private long since;
  private long logged;

  Faults(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  boolean isFailing() {
    return problem != null;
  }

  void failing(String what) {
    long now = nanoTime.getAsLong();
    boolean first = problem == null;
    if (first) {
      since = now;
    }
    problem = what;
    if (first || now - logged >= AGAIN_NANOS) {
      logged = now;
      LOG.error("event=store_failing for_s={} problem=\"{}\"", seconds(now), what);
    }
  }

  void over() {
    if (problem != null) {
      problem = null;
      LOG.warn("event=store_recovered after_s={}", seconds(nanoTime.getAsLong()));
    }
  }

  private long seconds(long now) {
    return TimeUnit.NANOSECONDS.toSeconds(now - since);
  }
}

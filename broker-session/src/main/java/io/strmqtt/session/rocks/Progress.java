package io.strmqtt.session.rocks;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * How far loading has come: a line in the log every five seconds, and one when it took that long.
 */
final class Progress {
  private static final Logger LOG = LogManager.getLogger(Progress.class);
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int STEPS_BETWEEN_LOOKS = 1024;

  private final LongSupplier nanoTime;
  private final long begun;
  private long logged;
  private Family family = Family.META;
  private long rows;
  private long allRows;

  Progress(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.begun = nanoTime.getAsLong();
    this.logged = begun;
  }

  Rows begin(Database.Open open, Family next) {
    family = next;
    rows = 0;
    return new Rows(open, next);
  }

  void step() {
    allRows++;
    if (++rows % STEPS_BETWEEN_LOOKS == 0) {
      long now = nanoTime.getAsLong();
      if (now - logged >= INTERVAL_NANOS) {
        logged = now;
        LOG.info("event=store_loading family={} rows={} for_s={}", family, rows, seconds(now));
      }
    }
  }

  /** For an error: the row that is being read. */
  String where() {
    return family + ", row " + (rows + 1);
  }

  void done() {
    if (logged != begun) {
      LOG.info("event=store_loaded rows={} for_s={}", allRows, seconds(nanoTime.getAsLong()));
    }
  }

  private long seconds(long now) {
    return TimeUnit.NANOSECONDS.toSeconds(now - begun);
  }
}

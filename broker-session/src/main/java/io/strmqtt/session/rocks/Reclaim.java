package io.strmqtt.session.rocks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.RocksDBException;

/**
 * Gives disk back after queues were drained: what says that rows are gone may stay in memory, and
 * the rows on disk, as long as little is written. So when as many messages have gone as are left,
 * and the files are not small, they are rewritten. One thread.
 */
final class Reclaim implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(Reclaim.class);
  private static final List<Family> FAMILIES =
      List.of(Family.QUEUE, Family.BODIES, Family.REFERENCES);
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long FEW = 10_000;
  private static final long SMALL_BYTES = 8 << 20;

  private final Database database;
  private final LongSupplier removed;
  private final LongSupplier left;
  private final LongSupplier nanoTime;
  private final CompactRangeOptions options =
      new CompactRangeOptions().setExclusiveManualCompaction(false);
  private volatile boolean cancelled;
  private long removedBefore;
  private long latest;

  /**
   * @param removed how many messages have been removed so far
   * @param left how many there are
   */
  Reclaim(Database database, LongSupplier removed, LongSupplier left, LongSupplier nanoTime) {
    this.database = database;
    this.removed = removed;
    this.left = left;
    this.nanoTime = nanoTime;
    this.latest = nanoTime.getAsLong() - INTERVAL_NANOS;
  }

  /** Looks whether it is time; may take long then. */
  void step() {
    long now = nanoTime.getAsLong();
    long gone = removed.getAsLong();
    if (now - latest < INTERVAL_NANOS || gone - removedBefore < Math.max(FEW, left.getAsLong())) {
      return;
    }
    latest = now;
    try {
      if (bytes() >= SMALL_BYTES) {
        removedBefore = gone;
        rewrite();
      }
    } catch (RocksDBException e) {
      if (cancelled) {
        return;
      }
      LOG.warn("event=store_reclaim_failed error=\"{}\"", Diagnosis.text(e));
    }
  }

  private long bytes() throws RocksDBException {
    return database
        .read(
            open -> {
              long sum = 0;
              for (Family family : FAMILIES) {
                sum +=
                    open.db().getLongProperty(open.family(family), "rocksdb.total-sst-files-size");
              }
              return sum;
            })
        .orElse(0L);
  }

  private void rewrite() throws RocksDBException {
    for (Family family : FAMILIES) {
      database.read(
          open -> {
            open.db().compactRange(open.family(family), null, null, options);
            return true;
          });
    }
  }

  /** Ends a rewriting that is under way; any thread. */
  void cancel() {
    cancelled = true;
    options.setCanceled(true);
  }

  /** Nobody is in {@link #step} any more. */
  @Override
  public void close() {
    options.close();
  }
}

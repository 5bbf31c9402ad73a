package io.strmqtt.session.rocks;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;

/**
 * Gives disk back after queues were drained. What says that rows are gone may stay in memory as
 * long as little is written, and the rows in tables with it; a log stays as long as any family has
 * rows of it in memory. So when at least half of the files is {@link Usage not needed}, all
 * families are flushed, which ends the old logs, and the tables that are still worth it are written
 * anew.
 */
final class Reclaim implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(Reclaim.class);
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long MOST_NANOS = 32 * INTERVAL_NANOS;

  private final Database database;
  private final Disk disk;
  private final LongSupplier queued;
  private final LongSupplier nanoTime;
  private final CompactRangeOptions options =
      new CompactRangeOptions().setExclusiveManualCompaction(false);
  private final FlushOptions flush = new FlushOptions().setWaitForFlush(true);
  private volatile boolean begun;
  private volatile boolean cancelled;
  private long looked;
  private long done;
  private long interval = INTERVAL_NANOS;

  /**
   * @param queued bytes of the rows of queues that are not removed
   */
  Reclaim(Database database, Disk disk, LongSupplier queued, LongSupplier nanoTime) {
    this.database = database;
    this.disk = disk;
    this.queued = queued;
    this.nanoTime = nanoTime;
    this.looked = nanoTime.getAsLong();
    this.done = looked;
  }

  /** What is queued is known; any thread. */
  void begin() {
    begun = true;
  }

  /** Looks whether it is time; may take long then. */
  synchronized void step() {
    long now = nanoTime.getAsLong();
    if (!begun || now - looked < LOOK_NANOS || now - done < interval) {
      return;
    }
    looked = now;
    try {
      Optional<Usage> usage = usage();
      if (usage.isPresent() && usage.get().isWorthIt() && hasRoomFor(usage.get().buffered())) {
        done = now;
        reclaim(usage.get());
      }
    } catch (RocksDBException e) {
      done = now;
      if (!cancelled) {
        LOG.warn("event=store_reclaim_failed error=\"{}\"", Diagnosis.text(e));
      }
    }
  }

  private void reclaim(Usage before) throws RocksDBException {
    database.read(
        open -> {
          open.db().flush(flush, open.handles());
          return true;
        });
    for (Usage.Tables tables : usage().map(Usage::tables).orElseThrow(Reclaim::closed)) {
      if (tables.isWorthIt() && hasRoomFor(tables.live())) {
        rewrite(tables.family());
      }
    }
    long after = usage().map(Usage::total).orElseThrow(Reclaim::closed);
    // What is live is an estimate. Where it is wrong, it is not to be paid for all the time.
    boolean futile = before.total() - after < before.gain() / 2;
    interval = futile ? Math.min(2 * interval, MOST_NANOS) : INTERVAL_NANOS;
    LOG.debug("event=store_reclaimed bytes_before={} bytes={}", before.total(), after);
  }

  private void rewrite(Family family) throws RocksDBException {
    database.read(
        open -> {
          open.db().compactRange(open.family(family), null, null, options);
          return true;
        });
  }

  private Optional<Usage> usage() throws RocksDBException {
    disk.measure();
    return database.read(open -> Usage.of(open, disk.logs(), queued.getAsLong()));
  }

  /** The new files are there before the old ones go. */
  private boolean hasRoomFor(long bytes) {
    return disk.free() > bytes;
  }

  private static RocksDBException closed() {
    return new RocksDBException("the database is not open");
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
    flush.close();
  }
}

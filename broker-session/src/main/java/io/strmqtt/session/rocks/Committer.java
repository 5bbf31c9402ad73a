package io.strmqtt.session.rocks;

import io.strmqtt.api.store.Durability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * The one thread that writes. It takes all units that wait, writes them as one batch, syncs once,
 * and runs what waited for them, in their order; units that come meanwhile are the next batch. What
 * cannot be written it keeps, and tries again until it can.
 */
final class Committer {
  private static final Logger LOG = LogManager.getLogger(Committer.class);
  private static final long MOST_BATCH_BYTES = 8 << 20;
  private static final long BEHIND_BYTES = 32 << 20;
  private static final long CAUGHT_UP_BYTES = 8 << 20;
  private static final long SPACE_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Database database;
  private final BatchWriter writer;
  private final Durability durability;
  private final long delayNanos;
  private final Disk disk;
  private final Faults faults;
  private final Supplier<Optional<Change>> rider;
  private final LongSupplier nanoTime;

  private final Queue<Unit> units = new ConcurrentLinkedQueue<>();
  private final AtomicLong pendingBytes = new AtomicLong();
  private final AtomicLong pendingUnits = new AtomicLong();
  private final Thread thread;
  private volatile boolean parked;
  private volatile boolean behind;
  private volatile boolean closing;
  private long closingSince;
  private long spaceChecked;
  private boolean lowOnSpace;
  private boolean mustReopen;

  private volatile long commits;
  private volatile long unitsWritten;
  private volatile long bytesWritten;
  private volatile long writeNanos;

  /**
   * @param rider asked before each batch for a change that is to go with it
   */
  Committer(
      Database database,
      BatchWriter writer,
      Durability durability,
      Duration delay,
      Disk disk,
      Faults faults,
      Supplier<Optional<Change>> rider,
      LongSupplier nanoTime) {
    this.database = database;
    this.writer = writer;
    this.durability = durability;
    this.delayNanos = delay.toNanos();
    this.disk = disk;
    this.faults = faults;
    this.rider = rider;
    this.nanoTime = nanoTime;
    this.spaceChecked = nanoTime.getAsLong() - SPACE_INTERVAL_NANOS;
    this.thread = Thread.ofPlatform().name("store-commit").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Takes a sealed unit. Any thread; does not wait. */
  void submit(Unit unit) {
    pendingUnits.incrementAndGet();
    if (pendingBytes.addAndGet(unit.size()) > BEHIND_BYTES) {
      behind = true;
    }
    units.add(unit);
    if (parked) {
      LockSupport.unpark(thread);
    }
  }

  /** Whether everything that was submitted is written. Any thread. */
  boolean hasWritten() {
    return pendingUnits.get() == 0;
  }

  boolean isBehind() {
    return behind || faults.isFailing();
  }

  /** Writes what waits and ends; gives up after ten seconds in which the store cannot write. */
  void close() {
    closing = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  void statistics(Map<String, Long> figures) {
    figures.put("store_commits", commits);
    figures.put("store_units", unitsWritten);
    figures.put("store_written_bytes", bytesWritten);
    figures.put("store_commit_microseconds", TimeUnit.NANOSECONDS.toMicros(writeNanos));
    figures.put("store_pending_units", pendingUnits.get());
    figures.put("store_pending_bytes", pendingBytes.get());
  }

  private void run() {
    try (WriteOptions options = new WriteOptions().setSync(durability == Durability.FSYNC)) {
      List<Unit> taken = new ArrayList<>();
      while (true) {
        Unit first = next();
        if (first == null) {
          return;
        }
        take(first, taken);
        if (!write(options, taken)) {
          LOG.error(
              "event=store_gave_up units={} bytes={} text=\"not written, and not acknowledged\"",
              pendingUnits.get(),
              pendingBytes.get());
          return;
        }
        taken.forEach(this::written);
        taken.clear();
      }
    } catch (RuntimeException | Error e) {
      LOG.error("event=committer_failed", e);
      faults.failing("the thread that writes has failed (" + e + "): restart the broker");
    }
  }

  /** Waits for a unit; null when there will be none. */
  private @Nullable Unit next() {
    while (true) {
      Unit unit = units.poll();
      if (unit != null) {
        return unit;
      }
      if (closing) {
        return null;
      }
      parked = true;
      if (units.isEmpty() && !closing) {
        LockSupport.park(this);
      }
      parked = false;
    }
  }

  private void take(Unit first, List<Unit> taken) {
    long bytes = first.size();
    taken.add(first);
    long begun = delayNanos == 0 ? 0 : nanoTime.getAsLong();
    while (bytes < MOST_BATCH_BYTES) {
      Unit unit = units.poll();
      if (unit != null) {
        taken.add(unit);
        bytes += unit.size();
        continue;
      }
      long left = delayNanos == 0 ? 0 : begun + delayNanos - nanoTime.getAsLong();
      if (left <= 0 || closing) {
        return;
      }
      LockSupport.parkNanos(this, left);
    }
  }

  /** False if the store is closing and cannot write. */
  private boolean write(WriteOptions options, List<Unit> taken) {
    boolean gathered = false;
    while (true) {
      try {
        if (hasSpace()) {
          if (mustReopen) {
            database.reopen();
            mustReopen = false;
          }
          if (!gathered) {
            gather(taken);
            gathered = true;
          }
          long begun = nanoTime.getAsLong();
          database.write(options, writer.batch());
          count(taken, nanoTime.getAsLong() - begun);
          writer.written();
          faults.over();
          return true;
        }
      } catch (RocksDBException e) {
        // While it is open it can be read, and it may recover by itself.
        mustReopen = !Diagnosis.isNoSpace(e) || disk.hasRoomToReopen();
        faults.failing(Diagnosis.ofWriting(database.folder(), e));
      }
      if (isGivingUp()) {
        return false;
      }
      LockSupport.parkNanos(this, RETRY_NANOS);
    }
  }

  private void gather(List<Unit> taken) throws RocksDBException {
    for (Unit unit : taken) {
      writer.add(unit);
    }
    Optional<Change> change = rider.get();
    if (change.isPresent()) {
      Unit ride = new Unit();
      ride.change(change.get());
      writer.add(ride);
    }
  }

  private boolean hasSpace() {
    long now = nanoTime.getAsLong();
    if (lowOnSpace || now - spaceChecked >= SPACE_INTERVAL_NANOS) {
      spaceChecked = now;
      Optional<String> low = disk.problem();
      lowOnSpace = low.isPresent();
      low.ifPresent(faults::failing);
    }
    return !lowOnSpace;
  }

  private boolean isGivingUp() {
    if (!closing) {
      return false;
    }
    long now = nanoTime.getAsLong();
    if (closingSince == 0) {
      closingSince = now;
    }
    return now - closingSince >= PATIENCE_NANOS;
  }

  private void count(List<Unit> taken, long nanos) {
    commits = commits + 1;
    unitsWritten = unitsWritten + taken.size();
    bytesWritten = bytesWritten + writer.batch().getDataSize();
    writeNanos = writeNanos + nanos;
  }

  private void written(Unit unit) {
    long left = pendingBytes.addAndGet(-unit.size());
    pendingUnits.decrementAndGet();
    if (left < CAUGHT_UP_BYTES && behind) {
      behind = false;
    }
    for (Runnable then : unit.written()) {
      try {
        then.run();
      } catch (RuntimeException | Error e) {
        LOG.error("event=callback_failed", e);
      }
    }
  }
}

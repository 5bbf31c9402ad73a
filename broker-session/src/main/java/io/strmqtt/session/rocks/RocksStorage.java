package io.strmqtt.session.rocks;

import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.QueueStore;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.SessionStore;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageException;
import io.strmqtt.api.store.StorageTerms;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.api.store.UnauthorizedStore;
import io.strmqtt.session.RetainedTree;
import io.strmqtt.session.rocks.record.Damaged;
import io.strmqtt.session.rocks.record.UnauthorizedCodec;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;

/** An open store: its parts, and who calls whom. */
final class RocksStorage implements Storage {
  private static final Logger LOG = LogManager.getLogger(RocksStorage.class);
  private static final int COUNTS_IN_MEMORY = 1 << 20;

  private final Durability durability;
  private final InUse lock;
  private final Database database;
  private final Gathering gathering = new Gathering();
  private final Faults faults;
  private final Disk disk;
  private final BatchWriter writer;
  private final Committer committer;
  private final Reclaim reclaim;
  private final Sweeping sweeping;
  private final QueueReader reader;
  private final RocksQueues queues;
  private final RocksSessions sessions;
  private final RocksRetained retained;
  private final RocksUnauthorized unauthorized;
  private final ScheduledExecutorService everySecond =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("store-tick").daemon().factory());

  private RocksStorage(
      InUse lock,
      Database database,
      StorageTerms terms,
      RocksSettings settings,
      Disk disk,
      LongSupplier nanoTime)
      throws RocksDBException {
    this.lock = lock;
    this.durability = terms.durability();
    this.database = database;
    this.disk = disk;
    this.faults = new Faults(nanoTime);
    LatestRetained latestRetained = new LatestRetained();
    Numbers numbers = new Numbers(reserved());
    References references =
        new References(database.read(References::greatest).orElse(0L), COUNTS_IN_MEMORY);
    this.writer = new BatchWriter(database, references, latestRetained);
    this.committer =
        new Committer(
            database,
            writer,
            durability,
            terms.maxCommitDelay(),
            disk,
            faults,
            numbers::reserve,
            nanoTime);
    Contents contents = new Contents();
    this.reclaim = new Reclaim(database, disk, contents.bytes()::sum, nanoTime);
    this.sweeping = new Sweeping(database, committer, contents, reclaim::step);
    this.reader = new QueueReader(database, this::behindAllWrites);
    this.queues = new RocksQueues(gathering, reader, sweeping, numbers, contents);
    this.sessions =
        new RocksSessions(
            gathering,
            consumer -> {
              new Restoring(database, queues, gathering, nanoTime).run(consumer);
              flush();
              reclaim.begin();
            });
    this.retained =
        new RocksRetained(
            new RetainedTree(settings.retainedMax(), settings.retainedMaxBytes()),
            new RetainedBodies(database, reader),
            gathering,
            latestRetained);
    this.unauthorized = new RocksUnauthorized(settings.unauthorized(), terms.clock(), gathering);
  }

  /**
   * @throws StorageException if it cannot be opened
   */
  static RocksStorage open(StorageTerms terms, RocksSettings settings, LongSupplier nanoTime) {
    Folder folder = Folder.of(terms);
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      folder.require();
      InUse lock = InUse.lock(folder.path());
      opened.push(lock);
      Format.require(folder.path(), folder.database());
      Logs.require(folder.path(), folder.database(), terms.durability());
      Disk disk = new Disk(folder.database(), settings.minFree(), settings.maxSize());
      Database database = Database.open(folder.database(), settings);
      opened.push(database);
      RocksStorage storage = new RocksStorage(lock, database, terms, settings, disk, nanoTime);
      storage.load();
      storage.start();
      opened.clear();
      return storage;
    } catch (IOException e) {
      throw folder.unusable(e);
    } catch (Damaged e) {
      throw Diagnosis.damaged(folder.path(), e.getMessage());
    } catch (RocksDBException e) {
      throw Diagnosis.ofOpening(folder.path(), e);
    } finally {
      closeAll(opened);
    }
  }

  private static void closeAll(Deque<AutoCloseable> opened) {
    for (AutoCloseable part : opened) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("event=close_failed error=\"{}\"", e.toString());
      }
    }
  }

  /** As {@link io.strmqtt.api.store.StorageProvider#check}. */
  static long check(StorageTerms terms, RocksSettings settings, Consumer<String> findings) {
    Folder folder = Folder.of(terms);
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      folder.requireExisting();
      opened.push(InUse.lock(folder.path()));
      Format.require(folder.path(), folder.database());
      Optional<String> damage = Logs.damage(folder.database());
      if (damage.isPresent()) {
        findings.accept(damage.get() + "; no row was looked at");
        return 0;
      }
      Logs.require(folder.path(), folder.database(), terms.durability());
      Database database = Database.open(folder.database(), settings);
      opened.push(database);
      return database.read(open -> new StoreCheck(open, findings).run()).orElse(0L);
    } catch (IOException e) {
      throw folder.unusable(e);
    } catch (RocksDBException e) {
      throw Diagnosis.ofOpening(folder.path(), e);
    } finally {
      closeAll(opened);
    }
  }

  private long reserved() throws RocksDBException {
    return database
        .read(
            open -> {
              byte[] value = open.db().get(open.family(Family.META), Numbers.RESERVED);
              return value == null ? 0L : Keys.first(value);
            })
        .orElse(0L);
  }

  private void load() throws RocksDBException {
    List<UnauthorizedRecord> attempts = new ArrayList<>();
    database.read(
        open -> {
          int tooMany = 0;
          try (Rows rows = new Rows(open, Family.RETAINED)) {
            for (; rows.isValid(); rows.next()) {
              tooMany += retained.restore(Keys.text(rows.key()), rows.value()) ? 0 : 1;
            }
          }
          if (tooMany > 0) {
            LOG.warn("event=retained_limit not_loaded={}", tooMany);
          }
          try (Rows rows = new Rows(open, Family.UNAUTHORIZED)) {
            for (; rows.isValid(); rows.next()) {
              attempts.add(UnauthorizedCodec.fromBytes(rows.value()));
            }
          }
          try (Rows rows = new Rows(open, Family.ENDED)) {
            for (; rows.isValid(); rows.next()) {
              sweeping.ended(Keys.first(rows.key()), 0);
            }
          }
          return true;
        });
    unauthorized.restore(attempts);
  }

  private void start() {
    committer.start();
    committer.submit(new Unit()); // the first commit reserves numbers
    sweeping.start();
    everySecond.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
  }

  private void tick() {
    try {
      disk.measure();
      if (!committer.isBehind()) { // It keeps what it cannot write, and the next second has more.
        unauthorized.write();
        flush();
      }
    } catch (RuntimeException e) {
      LOG.error("event=store_tick_failed", e);
    }
  }

  /** Moves all rows from the log into tables; for tests. */
  void flushTables() {
    flushTables(Family.values());
  }

  /** Moves the rows of some families into tables, and begins a new log; for tests. */
  void flushTables(Family... families) {
    try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
      database.read(
          open -> {
            open.db().flush(options, Arrays.stream(families).map(open::family).toList());
            return true;
          });
    } catch (RocksDBException e) {
      throw new IllegalStateException(Diagnosis.text(e));
    }
  }

  /** Gives disk back if it is time; for tests. */
  void reclaim() {
    reclaim.step();
  }

  /** What was sealed until now may still be on its way. */
  private void behindAllWrites(Runnable task) {
    if (committer.hasWritten()) {
      task.run();
    } else {
      Unit unit = new Unit();
      unit.whenWritten(task);
      committer.submit(unit);
    }
  }

  @Override
  public SessionStore sessions() {
    return sessions;
  }

  @Override
  public QueueStore queues() {
    return queues;
  }

  @Override
  public RetainedStore retained() {
    return retained;
  }

  @Override
  public UnauthorizedStore unauthorized() {
    return unauthorized;
  }

  @Override
  public void whenDurable(Runnable then) {
    Optional<Unit> unit = gathering.seal();
    if (unit.isEmpty() || durability == Durability.NONE) {
      unit.ifPresent(committer::submit);
      then.run();
    } else {
      unit.get().whenWritten(then);
      committer.submit(unit.get());
    }
  }

  @Override
  public void flush() {
    gathering.seal().ifPresent(committer::submit);
  }

  @Override
  public boolean isBehind() {
    return committer.isBehind();
  }

  @Override
  public boolean isFull() {
    return disk.isFull();
  }

  @Override
  public Optional<String> problem() {
    return faults.problem();
  }

  @Override
  public Map<String, Long> statistics() {
    Map<String, Long> figures = new TreeMap<>();
    committer.statistics(figures);
    disk.measure();
    figures.put("store_file_bytes", disk.size());
    figures.put("store_free_bytes", disk.free());
    figures.put("store_left_out_messages", reader.leftOut());
    database.statistics(figures);
    return figures;
  }

  @Override
  public void close() {
    everySecond.shutdownNow();
    unauthorized.writeAll();
    flush();
    reader.close();
    reclaim.cancel();
    sweeping.close();
    reclaim.close();
    gathering.sealAll().forEach(committer::submit);
    committer.close();
    writer.close();
    database.close();
    lock.close();
  }
}

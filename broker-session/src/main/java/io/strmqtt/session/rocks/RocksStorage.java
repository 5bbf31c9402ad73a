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
import io.strmqtt.session.rocks.record.Damaged;
import io.strmqtt.session.rocks.record.MessageCodec;
import io.strmqtt.session.rocks.record.UnauthorizedCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.rocksdb.RocksDBException;

/** An open store: its parts, and who calls whom. */
final class RocksStorage implements Storage {
  private static final Logger LOG = LogManager.getLogger(RocksStorage.class);
  private static final int COUNTS_IN_MEMORY = 1 << 20;

  private final Durability durability;
  private final Database database;
  private final Gathering gathering = new Gathering();
  private final Faults faults;
  private final Disk disk;
  private final BatchWriter writer;
  private final Committer committer;
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
      Database database,
      StorageTerms terms,
      RocksSettings settings,
      Disk disk,
      LongSupplier nanoTime)
      throws RocksDBException {
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
    this.sweeping = new Sweeping(database, committer);
    this.reader = new QueueReader(database, this::behindAllWrites);
    this.queues = new RocksQueues(gathering, reader, sweeping, numbers);
    this.sessions =
        new RocksSessions(
            gathering,
            consumer -> new Restoring(database, queues, gathering, nanoTime).run(consumer));
    this.retained = new RocksRetained(settings.retainedMax(), gathering, latestRetained);
    this.unauthorized = new RocksUnauthorized(settings.unauthorized(), terms.clock(), gathering);
  }

  /**
   * @throws StorageException if it cannot be opened
   */
  static RocksStorage open(StorageTerms terms, RocksSettings settings, LongSupplier nanoTime) {
    Path folder = terms.directory().resolve("rocksdb").toAbsolutePath();
    Path files = folder.resolve("db");
    Database database;
    Disk disk;
    try {
      Files.createDirectories(files);
      Format.require(folder, files);
      disk = new Disk(files, settings.minFree(), settings.maxSize());
      database = Database.open(files, settings);
    } catch (IOException e) {
      throw new StorageException(
          "the store in "
              + folder
              + " cannot be opened ("
              + e
              + "): the folder has to be writable for the user the broker runs as; data_dir says"
              + " where it is");
    } catch (RocksDBException e) {
      throw Diagnosis.ofOpening(folder, e);
    }
    try {
      RocksStorage storage = new RocksStorage(database, terms, settings, disk, nanoTime);
      storage.load();
      storage.start();
      return storage;
    } catch (Damaged e) {
      database.close();
      throw Diagnosis.damaged(folder, e.getMessage());
    } catch (RocksDBException e) {
      database.close();
      throw Diagnosis.ofOpening(folder, e);
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
              tooMany += retained.restore(MessageCodec.fromBytes(rows.value())) ? 0 : 1;
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
              sweeping.ended(Keys.first(rows.key()));
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
      unauthorized.write();
      flush();
    } catch (RuntimeException e) {
      LOG.error("event=store_tick_failed", e);
    }
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
    sweeping.close();
    gathering.sealAll().forEach(committer::submit);
    committer.close();
    writer.close();
    database.close();
  }
}

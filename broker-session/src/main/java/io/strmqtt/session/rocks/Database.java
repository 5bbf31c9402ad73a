package io.strmqtt.session.rocks;

import io.strmqtt.api.store.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The open database, which is closed and opened anew when it does not recover from an error by
 * itself. The committer writes and reopens; reading is for any thread, and finds nothing open while
 * a reopen has not succeeded yet.
 */
final class Database implements AutoCloseable {
  private final Path folder;
  private final Tuning tuning;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private @Nullable Open open;

  private Database(Path folder, Tuning tuning) {
    this.folder = folder;
    this.tuning = tuning;
  }

  /** Opens the database in the folder, or makes it. */
  static Database open(Path folder, RocksSettings settings) throws RocksDBException {
    loadLibrary();
    Database database = new Database(folder, new Tuning(settings));
    try {
      database.open = database.openFiles();
      return database;
    } catch (RocksDBException e) {
      database.tuning.close();
      throw e;
    }
  }

  private static void loadLibrary() {
    try {
      RocksDB.loadLibrary();
    } catch (RuntimeException | LinkageError e) {
      throw new StorageException(
          "the native library of RocksDB cannot be loaded ("
              + e.getMessage()
              + "): it should be lib/librocksdbjni-linux64.so of the installation, for Linux on"
              + " x86-64 with glibc; storage.provider = memory works without it");
    }
  }

  private Open openFiles() throws RocksDBException {
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    RocksDB db = RocksDB.open(tuning.database(), folder.toString(), tuning.families(), handles);
    return new Open(db, handles);
  }

  /** Any reading; empty if the database is not open at present. */
  <T> Optional<T> read(Reading<T> reading) throws RocksDBException {
    lock.readLock().lock();
    try {
      return open == null ? Optional.empty() : Optional.of(reading.from(open));
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Writes the batch; all of it or nothing. */
  void write(WriteOptions options, WriteBatch batch) throws RocksDBException {
    lock.readLock().lock();
    try {
      if (open == null) {
        throw new RocksDBException("the database is not open");
      }
      open.db.write(options, batch);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Closes and opens the files; if that fails they stay closed until the next call. */
  void reopen() throws RocksDBException {
    lock.writeLock().lock();
    try {
      closeFiles();
      open = openFiles();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** What it takes of native memory, in bytes. */
  void statistics(Map<String, Long> figures) {
    lock.readLock().lock();
    try {
      if (open == null) {
        return;
      }
      long memtables = 0;
      long tables = 0;
      for (ColumnFamilyHandle family : open.handles) {
        memtables += open.db.getLongProperty(family, "rocksdb.cur-size-all-mem-tables");
        tables += open.db.getLongProperty(family, "rocksdb.total-sst-files-size");
      }
      figures.put("store_memtable_bytes", memtables);
      figures.put("store_table_bytes", tables);
      figures.put("store_cache_bytes", tuning.cache().getUsage());
    } catch (RocksDBException e) {
      // Figures that cannot be had are left out.
    } finally {
      lock.readLock().unlock();
    }
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closeFiles();
      tuning.close();
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void closeFiles() {
    Open files = open;
    open = null;
    if (files != null) {
      files.handles.forEach(ColumnFamilyHandle::close);
      files.db.close();
    }
  }

  /** The database with its families. */
  record Open(RocksDB db, List<ColumnFamilyHandle> handles) {
    ColumnFamilyHandle family(Family family) {
      return handles.get(family.ordinal());
    }
  }

  /** Something that is read; never null. */
  interface Reading<T> {
    T from(Open open) throws RocksDBException;
  }
}

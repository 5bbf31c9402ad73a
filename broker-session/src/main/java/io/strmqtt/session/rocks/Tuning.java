package io.strmqtt.session.rocks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;

/**
 * How the database is set up. Its native memory has one limit: memtables are charged to the block
 * cache, which holds index and filter blocks too. All of it is closed with this.
 */
final class Tuning implements AutoCloseable {
  private static final long MIB = 1L << 20;
  private static final int BLOOM_BITS = 10;

  private final Deque<AutoCloseable> made = new ArrayDeque<>();
  private final LRUCache cache;
  private final DBOptions database;
  private final BlockBasedTableConfig tables;
  private final RocksSettings settings;
  private final List<ColumnFamilyDescriptor> families = new ArrayList<>();

  Tuning(RocksSettings settings) {
    this.settings = settings;
    this.cache = keep(new LRUCache(settings.blockCache() + settings.writeBuffer()));
    WriteBufferManager buffers = keep(new WriteBufferManager(settings.writeBuffer(), cache, false));
    this.database =
        keep(new DBOptions())
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            // a torn tail is cut at the last whole batch
            .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
            .setWriteBufferManager(buffers)
            // families that seldom change must not keep old logs alive
            .setMaxTotalWalSize(Math.max(16 * MIB, 2 * settings.writeBuffer()))
            .setMaxBackgroundJobs(2)
            .setMaxOpenFiles(1000)
            .setBytesPerSync(MIB)
            .setStatsDumpPeriodSec(0)
            .setStatsPersistPeriodSec(0)
            .setKeepLogFileNum(4)
            .setMaxLogFileSize(4 * MIB);
    this.tables =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setBlockSize(16 << 10)
            .setFilterPolicy(keep(new BloomFilter(BLOOM_BITS)))
            .setCacheIndexAndFilterBlocks(true)
            .setCacheIndexAndFilterBlocksWithHighPriority(true)
            .setPinL0FilterAndIndexBlocksInCache(true)
            .setFormatVersion(6);
    for (Family family : Family.values()) {
      families.add(new ColumnFamilyDescriptor(family.label(), options(family)));
    }
  }

  DBOptions database() {
    return database;
  }

  LRUCache cache() {
    return cache;
  }

  /** In the order of {@link Family}. */
  List<ColumnFamilyDescriptor> families() {
    return families;
  }

  private ColumnFamilyOptions options(Family family) {
    boolean large = family == Family.QUEUE || family == Family.BODIES;
    ColumnFamilyOptions options =
        keep(drained(family))
            .setTableFormatConfig(tables)
            .setWriteBufferSize(Math.max(MIB, settings.writeBuffer() / 2))
            .setArenaBlockSize(large ? MIB : MIB / 16)
            .setTargetFileSizeBase(32 * MIB)
            .setMaxBytesForLevelBase(128 * MIB)
            .setCompressionType(CompressionType.LZ4_COMPRESSION);
    if (family == Family.QUEUE || family == Family.REFERENCES) {
      options.useFixedLengthPrefixExtractor(Keys.NUMBER);
    }
    return options;
  }

  /**
   * Rows of a queue do not live long: where many were removed side by side, a file is compacted
   * soon, so that disk returns and reading does not step over what is gone.
   */
  private ColumnFamilyOptions drained(Family family) {
    if (family != Family.QUEUE && family != Family.BODIES && family != Family.REFERENCES) {
      return new ColumnFamilyOptions();
    }
    Options options = keep(new Options());
    options.setTablePropertiesCollectorFactory(
        List.of(
            keep(
                TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                    8192, 4096, 0.5))));
    return new ColumnFamilyOptions(options);
  }

  private <T extends AutoCloseable> T keep(T part) {
    made.push(part);
    return part;
  }

  @Override
  public void close() {
    for (AutoCloseable part : made) {
      try {
        part.close();
      } catch (Exception e) {
        throw new IllegalStateException("native options do not throw when they are closed", e);
      }
    }
    made.clear();
  }
}

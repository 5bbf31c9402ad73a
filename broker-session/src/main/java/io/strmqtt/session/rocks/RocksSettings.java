package io.strmqtt.session.rocks;

import io.strmqtt.api.Settings;
import io.strmqtt.session.RetainedTree;
import io.strmqtt.session.UnauthorizedLimits;

/**
 * The section {@code storage.rocksdb}; sizes in bytes.
 *
 * @param blockCache of native memory for what is read
 * @param writeBuffer of native memory for what is not in table files yet
 * @param minFree the store stops writing while the file system has less left; 0 is no limit
 * @param maxSize new messages are refused while the files take more; 0 is no limit
 * @param retainedMaxBytes of heap for retained messages
 */
record RocksSettings(
    long blockCache,
    long writeBuffer,
    long minFree,
    long maxSize,
    UnauthorizedLimits unauthorized,
    int retainedMax,
    long retainedMaxBytes) {
  private static final long MIB = 1L << 20;
  private static final long MOST = 1L << 50;

  static RocksSettings from(Settings settings) {
    return new RocksSettings(
        settings.size("block_cache", 64 * MIB, MIB, MOST),
        settings.size("write_buffer", 64 * MIB, 4 * MIB, MOST),
        settings.size("min_free", 64 * MIB, 0, MOST),
        settings.size("max_bytes", 0, 0, MOST),
        UnauthorizedLimits.from(settings),
        settings.integer("retained_max", 1_000_000, 1, 100_000_000),
        RetainedTree.maxBytes(settings));
  }
}

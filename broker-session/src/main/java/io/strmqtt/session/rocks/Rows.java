package io.strmqtt.session.rocks;

import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** The rows of a family one after the other, from the first to the last; each is read once. */
final class Rows implements AutoCloseable {
  private static final long READ_AHEAD = 2 << 20;

  private final ReadOptions options;
  private final RocksIterator row;

  Rows(Database.Open open, Family family) {
    this.options =
        new ReadOptions().setTotalOrderSeek(true).setFillCache(false).setReadaheadSize(READ_AHEAD);
    this.row = open.db().newIterator(open.family(family), options);
    row.seekToFirst();
  }

  /**
   * Whether there is a row; if not, all were read.
   *
   * @throws RocksDBException if the rest cannot be read
   */
  boolean isValid() throws RocksDBException {
    if (row.isValid()) {
      return true;
    }
    row.status();
    return false;
  }

  byte[] key() {
    return row.key();
  }

  byte[] value() {
    return row.value();
  }

  void next() {
    row.next();
  }

  @Override
  public void close() {
    row.close();
    options.close();
  }
}

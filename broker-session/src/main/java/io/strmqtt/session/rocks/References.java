package io.strmqtt.session.rocks;

import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * How many entries share each body. Counted in memory while that is small; what is not there any
 * more, or comes from an earlier run, is counted in the database when the first of its entries
 * leaves. The committer's alone.
 */
final class References {
  /** What no entry shares. */
  static final int NONE = 0;

  private final int most;
  private final LongCounts counts = new LongCounts();
  private long greatest;
  private long forgottenUpTo;

  /**
   * @param earlier the greatest number of a shared body in the database, 0 if there is none
   * @param most how many counts are kept in memory
   */
  References(long earlier, int most) {
    this.most = most;
    this.greatest = earlier;
    this.forgottenUpTo = earlier;
  }

  /** The greatest number of a shared body in the database, 0 if there is none. */
  static long greatest(Database.Open open) throws RocksDBException {
    try (ReadOptions options = new ReadOptions().setTotalOrderSeek(true);
        RocksIterator row = open.db().newIterator(open.family(Family.REFERENCES), options)) {
      row.seekToLast();
      if (row.isValid()) {
        return Keys.first(row.key());
      }
      row.status();
      return 0;
    }
  }

  void share(long number) {
    counts.put(number, counts.get(number) + 1);
    greatest = Math.max(greatest, number);
  }

  int count(long number) {
    return counts.get(number);
  }

  /** Whether {@link #count} may say {@link #NONE} of a body that is shared. */
  boolean mayBeForgotten(long number) {
    return number <= forgottenUpTo && counts.get(number) == NONE;
  }

  void learn(long number, int count) {
    counts.put(number, count);
  }

  /** One entry less. */
  void leave(long number) {
    counts.put(number, counts.get(number) - 1);
  }

  /** The database has what was counted so far: now counts may be forgotten. */
  void written() {
    if (counts.size() > most) {
      counts.clear();
      forgottenUpTo = greatest;
    }
  }

  /** Counts in the database; {@link #NONE} unless the queue is among those that share it. */
  static int inDatabase(Database.Open open, long number, long queue) throws RocksDBException {
    return count(open, number, queue, false);
  }

  /** Counts in the database. */
  static int anyInDatabase(Database.Open open, long number) throws RocksDBException {
    return count(open, number, 0, true);
  }

  private static int count(Database.Open open, long number, long queue, boolean any)
      throws RocksDBException {
    boolean found = any;
    int count = 0;
    try (ReadOptions options = new ReadOptions().setPrefixSameAsStart(true);
        RocksIterator row = open.db().newIterator(open.family(Family.REFERENCES), options)) {
      for (row.seek(Keys.number(number)); row.isValid(); row.next()) {
        byte[] key = row.key();
        if (key.length != 2 * Keys.NUMBER || Keys.first(key) != number) {
          break;
        }
        found |= Keys.last(key) == queue;
        count++;
      }
      row.status();
    }
    return found ? count : NONE;
  }
}

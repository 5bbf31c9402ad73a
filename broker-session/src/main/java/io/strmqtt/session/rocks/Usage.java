package io.strmqtt.session.rocks;

import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.TableProperties;

/**
 * What the files take, and about how much of it is for rows that are still there.
 *
 * @param logs bytes of the write-ahead logs: a flush of all families leaves none of them
 * @param buffered bytes of memory that a flush writes to tables
 */
record Usage(long logs, long buffered, List<Tables> tables) {
  /** Bytes below which it is not worth it. */
  static final long FEW = 4 << 20;

  private static final long FEW_OF_FAMILY = 1 << 20;

  /**
   * @param queued bytes of the rows of queues that are not removed
   */
  static Usage of(Database.Open open, long logs, long queued) throws RocksDBException {
    List<Tables> tables = new ArrayList<>();
    for (Family family : Family.values()) {
      ColumnFamilyHandle handle = open.family(family);
      long bytes = open.db().getLongProperty(handle, "rocksdb.live-sst-files-size");
      if (bytes > 0) {
        Counted rows = Counted.of(open, handle);
        double share =
            family == Family.QUEUE
                ? (double) queued / Math.max(1, rows.bytes)
                : (double) rows.left / Math.max(1, rows.puts);
        tables.add(new Tables(family, bytes, (long) (bytes * Math.clamp(share, 0, 1))));
      }
    }
    long buffered = open.db().getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables");
    return new Usage(logs, buffered, tables);
  }

  long total() {
    return logs + tables.stream().mapToLong(Tables::bytes).sum();
  }

  private long live() {
    return tables.stream().mapToLong(Tables::live).sum();
  }

  /** What would return, at the most. */
  long gain() {
    return total() - live();
  }

  /**
   * Whether at least as much would return as would have to be written again. So all that is ever
   * written for this is no more than what clients have caused to be written.
   */
  boolean isWorthIt() {
    return gain() >= Math.max(FEW, live());
  }

  /**
   * The tables of a family.
   *
   * @param live bytes of rows that are still there
   */
  record Tables(Family family, long bytes, long live) {
    boolean isWorthIt() {
      return bytes - live >= Math.max(FEW_OF_FAMILY, live);
    }
  }

  /**
   * What is in the tables of a family, as its files say.
   *
   * @param bytes of keys and values, before compression
   * @param puts rows that were written
   * @param left those of them for which there is no deletion, in tables or in memory
   */
  private record Counted(long bytes, long puts, long left) {
    static Counted of(Database.Open open, ColumnFamilyHandle family) throws RocksDBException {
      long bytes = 0;
      long entries = 0;
      long deletions = 0;
      for (TableProperties table : open.db().getPropertiesOfAllTables(family).values()) {
        bytes += table.getRawKeySize() + table.getRawValueSize();
        entries += table.getNumEntries();
        deletions += table.getNumDeletions();
      }
      long puts = entries - deletions;
      long left =
          puts
              - deletions
              + inMemory(open, family, "entries")
              - 2 * inMemory(open, family, "deletes");
      return new Counted(bytes, puts, left);
    }

    private static long inMemory(Database.Open open, ColumnFamilyHandle family, String what)
        throws RocksDBException {
      return open.db().getLongProperty(family, "rocksdb.num-" + what + "-active-mem-table")
          + open.db().getLongProperty(family, "rocksdb.num-" + what + "-imm-mem-tables");
    }
  }
}

package io.strmqtt.session.rocks;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.QueuePage;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.session.rocks.record.Damaged;
import io.strmqtt.session.rocks.record.MessageCodec;
import io.strmqtt.session.rocks.record.QueueEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * The read of one page of a queue. Rows that are damaged are left out, and those beside them are
 * not; any other error ends it, for it may be gone the next time. For one thread.
 */
final class PageRead {
  private static final int AT_A_TIME = 256;

  /** Bytes of messages behind which a page ends, whatever is asked for. */
  private static final long MOST_BYTES = 1 << 20;

  /** No row is so far behind another. */
  private static final long FARTHEST = 1L << 62;

  private final long queue;
  private final int most;
  private final List<QueuedMessage> found;
  private final Damage damage;
  private boolean complete = true;

  /** Of the messages that were found. */
  private long bytes;

  /** The number of the last row that was looked at. */
  private long last;

  PageRead(long queue, long behind, int most, Damage damage) {
    this.queue = queue;
    this.damage = damage;
    this.last = behind;
    this.most = most;
    this.found = new ArrayList<>(Math.min(most, AT_A_TIME));
  }

  QueuePage all(Database.Open open) throws RocksDBException {
    try (Slice end = new Slice(Keys.number(queue + 1));
        ReadOptions options =
            new ReadOptions().setIterateUpperBound(end).setPrefixSameAsStart(true)) {
      Supplier<RocksIterator> iterators =
          () -> open.db().newIterator(open.family(Family.QUEUE), options);
      Stop stop;
      do {
        stop = readOn(open, iterators);
      } while (stop == Stop.DAMAGE && skip(iterators));
      return new QueuePage(
          found, stop == Stop.ENOUGH ? QueuePage.Behind.MORE : QueuePage.Behind.NOTHING, complete);
    }
  }

  /** What was found until it failed. */
  QueuePage part() {
    return new QueuePage(found, QueuePage.Behind.UNREADABLE, complete);
  }

  /** Reads from behind the last row that was looked at. */
  private Stop readOn(Database.Open open, Supplier<RocksIterator> iterators)
      throws RocksDBException {
    try (RocksIterator row = iterators.get()) {
      row.seek(Keys.pair(queue, last + 1));
      while (!isEnough() && row.isValid()) {
        List<Row> rows = new ArrayList<>();
        int wanted = Math.min(AT_A_TIME, most - found.size());
        long left = MOST_BYTES - bytes;
        for (; row.isValid() && rows.size() < wanted && left > 0; row.next()) {
          last = Keys.last(row.key());
          Optional<Row> entry = entry(row.value());
          if (entry.isPresent()) {
            rows.add(entry.get());
            left -= entry.get().entry.weight();
          }
        }
        toMessages(open, rows);
      }
      if (isEnough()) {
        return Stop.ENOUGH;
      }
      Optional<String> damage = damage(row);
      damage.ifPresent(what -> leaveOut(last, what));
      return damage.isPresent() ? Stop.DAMAGE : Stop.END;
    }
  }

  private boolean isEnough() {
    return found.size() >= most || bytes >= MOST_BYTES;
  }

  /** Why the iterator does not stand on a row; empty if there is none. */
  private static Optional<String> damage(RocksIterator row) throws RocksDBException {
    try {
      row.status();
      return Optional.empty();
    } catch (RocksDBException e) {
      if (Diagnosis.isCorruption(e)) {
        return Optional.of(Diagnosis.text(e));
      }
      throw e;
    }
  }

  /**
   * Goes behind the rows that are damaged: by the least step that leads to none of them, found by
   * doubling and halving it.
   *
   * @return false if there is no other row
   */
  private boolean skip(Supplier<RocksIterator> iterators) throws RocksDBException {
    long bad = 1;
    long good = 2;
    while (!isReadable(iterators, good)) {
      bad = good;
      good *= 2;
      if (good > FARTHEST) {
        return false;
      }
    }
    while (good - bad > 1) {
      long middle = (good + bad) >>> 1;
      if (isReadable(iterators, middle)) {
        good = middle;
      } else {
        bad = middle;
      }
    }
    last += good - 1;
    return true;
  }

  /** With an iterator of its own: one that has met damage does not forget it. */
  private boolean isReadable(Supplier<RocksIterator> iterators, long step) throws RocksDBException {
    try (RocksIterator row = iterators.get()) {
      row.seek(Keys.pair(queue, last + step));
      return row.isValid() || damage(row).isEmpty();
    }
  }

  private Optional<Row> entry(byte[] value) {
    try {
      return Optional.of(new Row(last, QueueEntry.fromBytes(value)));
    } catch (Damaged e) {
      leaveOut(last, e.getMessage());
      return Optional.empty();
    }
  }

  private void leaveOut(long number, @Nullable String what) {
    complete = false;
    damage.leftOut(queue, number, what);
  }

  private void toMessages(Database.Open open, List<Row> rows) throws RocksDBException {
    List<byte[]> keys =
        rows.stream()
            .filter(row -> row.entry.body().isEmpty())
            .map(row -> Keys.number(row.number))
            .toList();
    ColumnFamilyHandle family = open.family(Family.BODIES);
    List<byte[]> bodies =
        keys.isEmpty()
            ? List.of()
            : open.db().multiGetAsList(keys.stream().map(key -> family).toList(), keys);
    int next = 0;
    for (Row row : rows) {
      byte[] body = row.entry.body().isPresent() ? row.entry.body().get() : bodies.get(next++);
      try {
        Message message = MessageCodec.fromBytes(body == null ? alone(open, row.number) : body);
        found.add(row.entry.toMessage(row.number, message));
        bytes += row.entry.weight();
      } catch (Damaged e) {
        leaveOut(row.number, e.getMessage());
      }
    }
  }

  /** Reading many at a time does not say what is wrong with one. */
  private static byte[] alone(Database.Open open, long number) throws RocksDBException, Damaged {
    byte @Nullable [] body;
    try {
      body = open.db().get(open.family(Family.BODIES), Keys.number(number));
    } catch (RocksDBException e) {
      if (!Diagnosis.isCorruption(e)) {
        throw e;
      }
      throw new Damaged(Diagnosis.text(e));
    }
    if (body == null) {
      throw new Damaged("its body is missing");
    }
    return body;
  }

  /** Told what has to be left out. */
  interface Damage {
    /**
     * @param number of the message, or of the last one before the damage
     */
    void leftOut(long queue, long number, @Nullable String what);
  }

  private enum Stop {
    ENOUGH,
    END,
    DAMAGE
  }

  private record Row(long number, QueueEntry entry) {}
}

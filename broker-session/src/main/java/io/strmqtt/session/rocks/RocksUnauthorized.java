package io.strmqtt.session.rocks;

import io.strmqtt.api.Page;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.api.store.UnauthorizedStore;
import io.strmqtt.session.AttemptKey;
import io.strmqtt.session.UnauthorizedLog;
import io.strmqtt.session.rocks.record.UnauthorizedCodec;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Refused attempts in memory, and a row for each record. Rows are written by {@link #write}, once a
 * second: under attack a record is counted many times and written once.
 */
final class RocksUnauthorized implements UnauthorizedStore {
  private final UnauthorizedLog log;
  private final Gathering gathering;
  // at most as many as there are records, and as many again that have left and still have a row
  private final Set<AttemptKey> changed = ConcurrentHashMap.newKeySet();
  private final Set<AttemptKey> stored = ConcurrentHashMap.newKeySet();

  RocksUnauthorized(int limit, Gathering gathering) {
    this.log = new UnauthorizedLog(limit, this::forgotten);
    this.gathering = gathering;
  }

  /** Takes the records of an earlier run. */
  void restore(List<UnauthorizedRecord> records) {
    records.stream()
        .sorted(Comparator.comparing(UnauthorizedRecord::lastSeen))
        .forEach(
            record -> {
              stored.add(AttemptKey.of(record.last()));
              log.restore(record);
            });
  }

  /** Gathers the rows of what has changed since the last call. One thread. */
  void write() {
    for (AttemptKey key : changed) {
      changed.remove(key);
      stored.add(key); // before it is looked for: it may leave while it is
      byte[] row = UnauthorizedCodec.key(key);
      Optional<UnauthorizedRecord> record = log.find(key);
      if (record.isPresent()) {
        byte[] value = UnauthorizedCodec.toBytes(record.get());
        gathering.open().change(new Change.Put(Family.UNAUTHORIZED, row, value));
      } else {
        stored.remove(key);
        gathering.open().change(new Change.Delete(Family.UNAUTHORIZED, row));
      }
    }
  }

  private void forgotten(AttemptKey key) {
    if (stored.remove(key)) {
      changed.add(key);
    } else {
      changed.remove(key);
    }
  }

  @Override
  public void record(UnauthorizedAttempt attempt) {
    changed.add(log.count(attempt));
  }

  @Override
  public Page<UnauthorizedRecord> page(Optional<String> cursor, int limit) {
    return log.page(cursor, limit);
  }

  @Override
  public long size() {
    return log.size();
  }
}

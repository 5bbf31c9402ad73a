package io.strmqtt.session.rocks;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Page;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedQuery;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.api.store.UnauthorizedStore;
import io.strmqtt.session.AttemptKey;
import io.strmqtt.session.UnauthorizedLimits;
import io.strmqtt.session.UnauthorizedLog;
import io.strmqtt.session.rocks.record.UnauthorizedCodec;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Refused attempts in memory, and a row for each record. Rows are written by {@link #write}, once a
 * second: under attack a record is counted many times and written once, and one that has come and
 * gone since is not written at all.
 */
final class RocksUnauthorized implements UnauthorizedStore, UnauthorizedLog.Changes {
  // bounds what a commit that clients wait for has to carry; the rest has its turn next
  private static final int AT_ONCE = 10_000;

  private final UnauthorizedLog log;
  private final Gathering gathering;
  // at most as many as there are records, and as many again that have left and still have a row
  private final Set<AttemptKey> changed = ConcurrentHashMap.newKeySet();
  private final Set<AttemptKey> stored = ConcurrentHashMap.newKeySet();

  RocksUnauthorized(UnauthorizedLimits limits, Clock clock, Gathering gathering) {
    this.log = new UnauthorizedLog(limits, clock, this);
    this.gathering = gathering;
  }

  /** Takes the records of an earlier run. */
  void restore(List<UnauthorizedRecord> records) {
    records.stream()
        .sorted(
            Comparator.comparing(UnauthorizedRecord::lastSeen)
                .thenComparing(record -> record.folded() == 0))
        .forEach(
            record -> {
              stored.add(AttemptKey.of(record));
              log.restore(record);
            });
  }

  /** Gathers the rows of what has changed since the last call, as far as one commit may hold. */
  void write() {
    log.expire();
    write(AT_ONCE);
  }

  /** Gathers the rows of all that has changed. */
  void writeAll() {
    write(Integer.MAX_VALUE);
  }

  /** One thread at a time. */
  private void write(int most) {
    int written = 0;
    for (AttemptKey key : changed) {
      if (written++ == most) {
        return;
      }
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

  @Override
  public void changed(AttemptKey key) {
    changed.add(key);
  }

  @Override
  public void forgotten(AttemptKey key) {
    if (stored.remove(key)) {
      changed.add(key);
    } else {
      changed.remove(key);
    }
  }

  @Override
  public void record(UnauthorizedAttempt attempt) {
    log.record(attempt);
  }

  @Override
  public void resolved(ClientEndpoint endpoint, String clientId, Instant at) {
    log.resolved(endpoint, clientId, at);
  }

  @Override
  public Page<UnauthorizedRecord> page(
      UnauthorizedQuery query, Optional<String> cursor, int limit) {
    return log.page(query, cursor, limit);
  }

  @Override
  public long size() {
    return log.size();
  }
}

package io.strmqtt.session;

import io.strmqtt.api.AddressPrefix;
import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Page;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedQuery;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.api.store.UnauthorizedStore;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Refused attempts in memory. One lock, held for constant time by those who record, and for a
 * thousand rows at a time by those who page; a cursor is the sequence number of a page's last row.
 *
 * <p>A new row of an address that has its share pushes out the least recently seen of that address,
 * which the address's folded row swallows, and takes its place in the order: that is later than its
 * own.
 */
public final class UnauthorizedLog implements UnauthorizedStore {
  private static final int AT_ONCE = 1000;

  /** Is told what has become of rows, while the log is locked. */
  public interface Changes {
    /** The row is new or has changed. */
    void changed(AttemptKey key);

    /** The row has left. */
    void forgotten(AttemptKey key);
  }

  private static final Changes UNHEARD =
      new Changes() {
        @Override
        public void changed(AttemptKey key) {}

        @Override
        public void forgotten(AttemptKey key) {}
      };

  private final UnauthorizedLimits limits;
  private final Clock clock;
  private final Changes changes;
  private final Map<AttemptKey, UnauthorizedRow> rows = new HashMap<>();
  // changed under the lock; read without it by those who find nothing
  private final Map<String, AddressRows> addresses = new ConcurrentHashMap<>();
  private final RecencyLog log = new RecencyLog();

  UnauthorizedLog(UnauthorizedLimits limits, Clock clock) {
    this(limits, clock, UNHEARD);
  }

  public UnauthorizedLog(UnauthorizedLimits limits, Clock clock, Changes changes) {
    this.limits = limits;
    this.clock = clock;
    this.changes = changes;
  }

  /** Adds a record of an earlier run as the latest seen. */
  public synchronized void restore(UnauthorizedRecord record) {
    AttemptKey key = AttemptKey.of(record);
    if (rows.containsKey(key)) {
      return;
    }
    AddressRows address = address(Kept.network(record.last().endpoint().client()));
    UnauthorizedRow row = new UnauthorizedRow(key, address, record);
    if (row.isFolded()) {
      address.folded = row;
    } else {
      makeRoom(address);
      address.append(row);
    }
    rows.put(key, row);
    log.append(row);
    trim();
  }

  /** The record as it is now; empty if it has left. */
  public synchronized Optional<UnauthorizedRecord> find(AttemptKey key) {
    return Optional.ofNullable(rows.get(key)).map(UnauthorizedRow::toRecord);
  }

  @Override
  public void record(UnauthorizedAttempt attempt) {
    UnauthorizedAttempt kept = Kept.of(attempt);
    AttemptKey key = AttemptKey.of(kept);
    String network = Kept.network(kept.endpoint().client());
    synchronized (this) {
      expire(kept.at());
      UnauthorizedRow row = rows.get(key);
      if (row == null) {
        AddressRows address = address(network);
        makeRoom(address);
        row = new UnauthorizedRow(key, address, kept);
        rows.put(key, row);
      } else {
        log.remove(row);
        row.address.remove(row);
      }
      row.count(kept);
      row.address.append(row);
      log.append(row);
      changes.changed(key);
      trim();
    }
  }

  @Override
  public void resolved(ClientEndpoint endpoint, String clientId, Instant at) {
    AddressRows address = addresses.get(Kept.network(endpoint.client()));
    if (address == null) {
      return;
    }
    String host = ClientEndpoint.host(endpoint.client());
    Optional<String> id = Optional.of(Kept.text(clientId));
    synchronized (this) {
      for (UnauthorizedRow row = address.oldest(); row != null; row = row.newer) {
        if (!row.isResolved()
            && row.key.clientId().equals(id)
            && row.key.clientHost().equals(host)) {
          row.resolve(at);
          changes.changed(row.key);
        }
      }
    }
  }

  @Override
  public Page<UnauthorizedRecord> page(
      UnauthorizedQuery query, Optional<String> cursor, int limit) {
    Cursors.checkLimit(limit);
    long before = cursor.map(Cursors::toSequence).orElse(Long.MAX_VALUE);
    Predicate<UnauthorizedRow> wanted = wanted(query);
    Instant eldest = clock.instant().minus(limits.maxAge());
    List<UnauthorizedRecord> items = new ArrayList<>(Math.min(limit, 1000));
    long last = before;
    while (true) {
      synchronized (this) {
        int place = log.placeBefore(before);
        int until = Math.max(log.start(), place - AT_ONCE + 1);
        for (; place >= until; place--) {
          UnauthorizedRow row = log.at(place);
          if (row == null || row.last().at().isBefore(eldest) || !wanted.test(row)) {
            continue;
          }
          if (items.size() == limit) {
            return new Page<>(items, Optional.of(Cursors.of(last)));
          }
          items.add(row.toRecord());
          last = log.sequence(place);
        }
        if (place < log.start()) {
          return new Page<>(items, Optional.empty());
        }
        before = log.sequence(place + 1);
      }
    }
  }

  private static Predicate<UnauthorizedRow> wanted(UnauthorizedQuery query) {
    return switch (query) {
      case UnauthorizedQuery.MostRecent() -> row -> true;
      case UnauthorizedQuery.ByAddress(AddressPrefix network) ->
          row -> {
            InetAddress ip = row.last().endpoint().client().getAddress();
            return ip != null && network.contains(ip);
          };
      case UnauthorizedQuery.ByClientId(String clientId) -> {
        Optional<String> id = Optional.of(Kept.text(clientId));
        yield row -> row.key.clientId().equals(id);
      }
    };
  }

  @Override
  public synchronized long size() {
    expire(clock.instant());
    return rows.size();
  }

  /** Forgets what is too old, as far as the lock may be held for it. */
  public synchronized void expire() {
    expire(clock.instant());
  }

  private void expire(Instant now) {
    UnauthorizedRow oldest = log.oldest();
    if (oldest == null || !isTooOld(oldest, now)) {
      return;
    }
    for (int i = 0; i < AT_ONCE && oldest != null && isTooOld(oldest, now); i++) {
      forget(oldest);
      oldest = log.oldest();
    }
  }

  private boolean isTooOld(UnauthorizedRow row, Instant now) {
    return row.last().at().isBefore(now.minus(limits.maxAge()));
  }

  private AddressRows address(String network) {
    return addresses.computeIfAbsent(network, AddressRows::new);
  }

  /** Folds the address's least recently seen row if it has its share. */
  private void makeRoom(AddressRows address) {
    UnauthorizedRow oldest = address.oldest();
    if (oldest == null || address.size() < limits.maxPerAddress()) {
      return;
    }
    UnauthorizedRow folded = address.folded;
    if (folded == null) {
      AttemptKey key = AttemptKey.ofFolded(address.network);
      folded = new UnauthorizedRow(key, address, oldest.last());
      address.folded = folded;
      rows.put(key, folded);
    } else {
      log.remove(folded);
    }
    folded.fold(oldest);
    log.replace(oldest, folded);
    address.remove(oldest);
    rows.remove(oldest.key);
    changes.forgotten(oldest.key);
    changes.changed(folded.key);
  }

  private void trim() {
    while (rows.size() > limits.max()) {
      forget(requirePresent(log.oldest()));
    }
  }

  private static UnauthorizedRow requirePresent(@Nullable UnauthorizedRow row) {
    if (row == null) {
      throw new AssertionError("every row is in the log");
    }
    return row;
  }

  private void forget(UnauthorizedRow row) {
    log.remove(row);
    AddressRows address = row.address;
    if (row.isFolded()) {
      address.folded = null;
    } else {
      address.remove(row);
    }
    if (address.isEmpty()) {
      addresses.remove(address.network);
    }
    rows.remove(row.key);
    changes.forgotten(row.key);
  }
}

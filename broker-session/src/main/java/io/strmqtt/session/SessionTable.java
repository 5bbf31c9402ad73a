package io.strmqtt.session;

import io.strmqtt.api.Page;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.SessionStore;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.api.store.StoredWill;
import io.strmqtt.api.store.SubscriptionRecord;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in the order of their client ids. Lock-free; changes to one session come from one thread
 * at a time, its owner's.
 */
public final class SessionTable implements SessionStore {
  private final NavigableMap<String, Entry> sessions = new ConcurrentSkipListMap<>();
  // the map counts by walking
  private final AtomicLong size = new AtomicLong();

  /** Adds a session that is not there, with its subscriptions: one search for all of it. */
  public void add(SessionRecord session, List<SubscriptionRecord> subscriptions) {
    Entry entry = new Entry(session);
    subscriptions.forEach(entry.subscriptions::put);
    if (sessions.put(session.clientId(), entry) == null) {
      size.incrementAndGet();
    }
  }

  @Override
  public void put(SessionRecord session) {
    Entry entry = sessions.get(session.clientId());
    if (entry == null) {
      entry = sessions.putIfAbsent(session.clientId(), new Entry(session));
      if (entry == null) {
        size.incrementAndGet();
        return;
      }
    }
    entry.session = session;
  }

  @Override
  public void remove(String clientId) {
    if (sessions.remove(clientId) != null) {
      size.decrementAndGet();
    }
  }

  @Override
  public void putSubscription(String clientId, SubscriptionRecord subscription) {
    Entry entry = sessions.get(clientId);
    if (entry != null) {
      entry.subscriptions.put(subscription);
    }
  }

  @Override
  public void removeSubscription(String clientId, String filter) {
    Entry entry = sessions.get(clientId);
    if (entry != null) {
      entry.subscriptions.remove(filter);
    }
  }

  @Override
  public void restore(Consumer<StoredSession> consumer) {}

  @Override
  public void putWill(String clientId, StoredWill will) {}

  @Override
  public void removeWill(String clientId) {}

  @Override
  public Optional<SessionRecord> get(String clientId) {
    return Optional.ofNullable(sessions.get(clientId)).map(entry -> entry.session);
  }

  @Override
  public List<SubscriptionRecord> subscriptions(String clientId) {
    @Nullable Entry entry = sessions.get(clientId);
    return entry == null ? List.of() : entry.subscriptions.inOrder();
  }

  @Override
  public Page<SessionRecord> page(Optional<String> cursor, int limit) {
    Cursors.checkLimit(limit);
    Iterator<Entry> behind =
        cursor
            .map(Cursors::toKey)
            .map(id -> sessions.tailMap(id, false))
            .orElse(sessions)
            .values()
            .iterator();
    List<SessionRecord> items = new ArrayList<>(Math.min(limit, 1000));
    while (items.size() < limit && behind.hasNext()) {
      items.add(behind.next().session);
    }
    return new Page<>(
        items,
        behind.hasNext() ? Optional.of(Cursors.of(items.getLast().clientId())) : Optional.empty());
  }

  @Override
  public long size() {
    return size.get();
  }

  private static final class Entry {
    volatile SessionRecord session;
    final SubscriptionRecords subscriptions = new SubscriptionRecords();

    Entry(SessionRecord session) {
      this.session = session;
    }
  }
}

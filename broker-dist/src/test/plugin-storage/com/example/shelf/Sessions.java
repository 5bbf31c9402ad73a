package com.example.shelf;

import io.strmqtt.api.Page;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.SessionStore;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.api.store.StoredWill;
import io.strmqtt.api.store.SubscriptionRecord;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/** Sessions and their subscriptions, in memory. */
final class Sessions implements SessionStore {
  private final ConcurrentNavigableMap<String, SessionRecord> sessions =
      new ConcurrentSkipListMap<>();
  private final Map<String, NavigableMap<String, SubscriptionRecord>> subscriptions =
      new ConcurrentHashMap<>();

  @Override
  public void restore(Consumer<StoredSession> consumer) {}

  @Override
  public void put(SessionRecord session) {
    sessions.put(session.clientId(), session);
  }

  @Override
  public void remove(String clientId) {
    sessions.remove(clientId);
    subscriptions.remove(clientId);
  }

  @Override
  public void putSubscription(String clientId, SubscriptionRecord subscription) {
    if (sessions.containsKey(clientId)) {
      subscriptions
          .computeIfAbsent(clientId, id -> new ConcurrentSkipListMap<>())
          .put(subscription.filter(), subscription);
    }
  }

  @Override
  public void removeSubscription(String clientId, String filter) {
    NavigableMap<String, SubscriptionRecord> present = subscriptions.get(clientId);
    if (present != null) {
      present.remove(filter);
    }
  }

  @Override
  public void putWill(String clientId, StoredWill will) {}

  @Override
  public void removeWill(String clientId) {}

  @Override
  public Optional<SessionRecord> get(String clientId) {
    return Optional.ofNullable(sessions.get(clientId));
  }

  @Override
  public List<SubscriptionRecord> subscriptions(String clientId) {
    NavigableMap<String, SubscriptionRecord> present = subscriptions.get(clientId);
    return present == null ? List.of() : List.copyOf(present.values());
  }

  @Override
  public Page<SessionRecord> page(Optional<String> cursor, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit");
    }
    List<SessionRecord> found =
        cursor.map(last -> sessions.tailMap(clientId(last), false)).orElse(sessions).values()
            .stream()
            .limit(limit + 1L)
            .toList();
    if (found.size() <= limit) {
      return new Page<>(found, Optional.empty());
    }
    return new Page<>(
        found.subList(0, limit), Optional.of(cursor(found.get(limit - 1).clientId())));
  }

  private static String cursor(String clientId) {
    return HexFormat.of().formatHex(clientId.getBytes(StandardCharsets.UTF_8));
  }

  private static String clientId(String cursor) {
    return new String(HexFormat.of().parseHex(cursor), StandardCharsets.UTF_8);
  }

  @Override
  public long size() {
    return sessions.size();
  }
}

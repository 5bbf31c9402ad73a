package io.strmqtt.session.rocks;

import io.strmqtt.api.Page;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.SessionStore;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.api.store.StoredWill;
import io.strmqtt.api.store.SubscriptionRecord;
import io.strmqtt.session.SessionTable;
import io.strmqtt.session.rocks.record.SessionCodec;
import io.strmqtt.session.rocks.record.SubscriptionCodec;
import io.strmqtt.session.rocks.record.WillCodec;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * All sessions in memory, for listings; rows for those that may outlive their connection, and for
 * those that have a will, which has to be published even if the broker dies with the connection.
 */
final class RocksSessions implements SessionStore {
  private final SessionTable table = new SessionTable();
  private final Set<String> wills = ConcurrentHashMap.newKeySet();
  private final Gathering gathering;
  private final Consumer<Consumer<StoredSession>> restoring;

  /**
   * @param restoring hands over what the database has
   */
  RocksSessions(Gathering gathering, Consumer<Consumer<StoredSession>> restoring) {
    this.gathering = gathering;
    this.restoring = restoring;
  }

  @Override
  public void restore(Consumer<StoredSession> consumer) {
    restoring.accept(
        stored -> {
          table.add(stored.session(), stored.subscriptions());
          if (stored.will().isPresent()) {
            wills.add(stored.session().clientId());
          }
          consumer.accept(stored);
        });
  }

  @Override
  public void put(SessionRecord session) {
    String clientId = session.clientId();
    boolean hadRows = table.get(clientId).filter(this::hasRows).isPresent();
    table.put(session);
    if (hasRows(session)) {
      putRow(session);
      if (!hadRows) {
        putSubscriptions(clientId);
      }
    } else if (hadRows) {
      deleteRows(clientId);
    }
  }

  @Override
  public void remove(String clientId) {
    Optional<SessionRecord> session = table.get(clientId);
    if (session.isPresent()) {
      if (hasRows(session.get())) {
        deleteRows(clientId);
      }
      if (wills.remove(clientId)) {
        delete(Family.WILLS, Keys.client(clientId));
      }
      table.remove(clientId);
    }
  }

  @Override
  public void putSubscription(String clientId, SubscriptionRecord subscription) {
    table.putSubscription(clientId, subscription);
    if (table.get(clientId).filter(this::hasRows).isPresent()) {
      putRow(clientId, subscription);
    }
  }

  @Override
  public void removeSubscription(String clientId, String filter) {
    table.removeSubscription(clientId, filter);
    if (table.get(clientId).filter(this::hasRows).isPresent()) {
      delete(Family.SUBSCRIPTIONS, Keys.subscription(clientId, filter));
    }
  }

  @Override
  public void putWill(String clientId, StoredWill will) {
    Optional<SessionRecord> session = table.get(clientId);
    if (session.isEmpty()) {
      return;
    }
    boolean hadRows = hasRows(session.get());
    wills.add(clientId);
    if (!hadRows) {
      putRow(session.get());
      putSubscriptions(clientId);
    }
    put(Family.WILLS, Keys.client(clientId), WillCodec.toBytes(will));
  }

  @Override
  public void removeWill(String clientId) {
    if (wills.remove(clientId)) {
      delete(Family.WILLS, Keys.client(clientId));
      if (table.get(clientId).filter(this::hasRows).isEmpty()) {
        deleteRows(clientId);
      }
    }
  }

  @Override
  public Optional<SessionRecord> get(String clientId) {
    return table.get(clientId);
  }

  @Override
  public List<SubscriptionRecord> subscriptions(String clientId) {
    return table.subscriptions(clientId);
  }

  @Override
  public Page<SessionRecord> page(Optional<String> cursor, int limit) {
    return table.page(cursor, limit);
  }

  @Override
  public long size() {
    return table.size();
  }

  private boolean hasRows(SessionRecord session) {
    return session.expiryInterval() > 0 || wills.contains(session.clientId());
  }

  private void putRow(SessionRecord session) {
    put(Family.SESSIONS, Keys.client(session.clientId()), SessionCodec.toBytes(session));
  }

  private void putRow(String clientId, SubscriptionRecord subscription) {
    put(
        Family.SUBSCRIPTIONS,
        Keys.subscription(clientId, subscription.filter()),
        SubscriptionCodec.toBytes(subscription));
  }

  private void putSubscriptions(String clientId) {
    table.subscriptions(clientId).forEach(subscription -> putRow(clientId, subscription));
  }

  private void deleteRows(String clientId) {
    delete(Family.SESSIONS, Keys.client(clientId));
    for (SubscriptionRecord subscription : table.subscriptions(clientId)) {
      delete(Family.SUBSCRIPTIONS, Keys.subscription(clientId, subscription.filter()));
    }
  }

  private void put(Family family, byte[] key, byte[] value) {
    gathering.open().change(new Change.Put(family, key, value));
  }

  private void delete(Family family, byte[] key) {
    gathering.open().change(new Change.Delete(family, key));
  }
}

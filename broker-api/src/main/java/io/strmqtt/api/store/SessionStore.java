package io.strmqtt.api.store;

import io.strmqtt.api.Page;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Session records with their subscriptions and wills, by client id. Those that may outlive their
 * connection, or have a will, survive the process.
 */
public interface SessionStore {
  /**
   * Hands over every session that an earlier run has left; called once, before anything else, on
   * the starting thread.
   */
  void restore(Consumer<StoredSession> consumer);

  /** Adds the session, or replaces its record; its subscriptions stay. */
  void put(SessionRecord session);

  /** Removes the session, its subscriptions and its will; its queue is ended by itself. */
  void remove(String clientId);

  /** Adds the subscription to a session that is there, or replaces the one with the same filter. */
  void putSubscription(String clientId, SubscriptionRecord subscription);

  void removeSubscription(String clientId, String filter);

  /** Adds the will of a session that is there, or replaces it. */
  void putWill(String clientId, StoredWill will);

  void removeWill(String clientId);

  Optional<SessionRecord> get(String clientId);

  /**
   * The session's subscriptions in the order of their filters; empty if there is no such session.
   */
  List<SubscriptionRecord> subscriptions(String clientId);

  /**
   * Sessions in the order of their client ids, behind the cursor.
   *
   * @param limit at least 1
   * @throws IllegalArgumentException if the cursor is none of this listing's, or the limit is below
   *     1
   */
  Page<SessionRecord> page(Optional<String> cursor, int limit);

  /** How many sessions there are. */
  long size();
}

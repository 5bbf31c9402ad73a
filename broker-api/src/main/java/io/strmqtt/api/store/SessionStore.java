package io.strmqtt.api.store;

import io.strmqtt.api.Page;
import java.util.List;
import java.util.Optional;

/** Session records and their subscriptions, by client id. */
public interface SessionStore {
  /** Adds the session, or replaces its record; its subscriptions stay. */
  void put(SessionRecord session);

  /** Removes the session and its subscriptions. */
  void remove(String clientId);

  /** Adds the subscription to a session that is there, or replaces the one with the same filter. */
  void putSubscription(String clientId, SubscriptionRecord subscription);

  void removeSubscription(String clientId, String filter);

  Optional<SessionRecord> get(String clientId);

  /**
   * The session's subscriptions in the order of their filters; empty if there is no such session.
   */
  List<SubscriptionRecord> subscriptions(String clientId);

  /**
   * Sessions in the order of their client ids, behind the cursor.
   *
   * @param limit at least 1
   * @throws IllegalArgumentException if the cursor is none of this listing's
   */
  Page<SessionRecord> page(Optional<String> cursor, int limit);

  /** How many sessions there are. */
  long size();
}

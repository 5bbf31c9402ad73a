package io.strmqtt.core.routing;

import org.jspecify.annotations.Nullable;

/**
 * Brings publications to subscribers. The phases hand publications over and are told when they may
 * acknowledge; they never match topics themselves, so that another engine can take this place.
 */
public interface Router {
  /**
   * Routes a publication. Called on an event loop, never blocks.
   *
   * @param routed told once, when the publication may be acknowledged; on this thread before the
   *     method returns, or on any other later
   * @return a subscriber that asks its publishers to slow down, if there is one
   */
  @Nullable Subscriber route(Publication publication, Routed routed);

  /**
   * Adds the subscription, or replaces the subscriber's one with the same filter.
   *
   * @return whether the subscriber had none with that filter
   */
  boolean subscribe(Subscription subscription);

  /** Removes the subscription. Messages routed before stay with the subscriber. */
  void unsubscribe(Subscription subscription);

  /**
   * Hands a message that a leaving member of a shared group did not get acknowledged to another
   * one.
   *
   * @return false if there is no other
   */
  boolean redispatch(Delivery delivery);

  /** How many subscriptions there are. */
  long subscriptions();

  /** Told when a publication may be acknowledged. */
  interface Routed {
    /**
     * @param subscribers how many subscribers it went to
     */
    void done(int subscribers);

    /**
     * Offers to give the publication back, because a limit does not let the broker do all it asks
     * for.
     *
     * @return whether the publisher is told so; if not, the publication goes as far as it can
     */
    default boolean refuse() {
      return false;
    }
  }
}

package io.strmqtt.core.routing;

/** Someone with subscriptions: to the router, all there is of a session. Any thread. */
public interface Subscriber {
  String clientId();

  /**
   * Whether it can take a message now: connected, and reading. Members of shared groups that cannot
   * come last.
   */
  boolean isAvailable();

  /** Whether it keeps QoS 1 and 2 messages: while it is not connected, and over a restart. */
  boolean isPersistent();

  /**
   * Adds a message that must not be lost to the subscriber's queue in the store. Once the store has
   * been told that this is all, {@link #deliver} has to follow.
   *
   * @return false if it was turned away
   */
  boolean keep(Delivery delivery);

  /**
   * Hands over a message that was kept; never blocks.
   *
   * @return whether the subscriber asks its publishers to slow down
   */
  boolean deliver(Delivery delivery);

  /**
   * Hands over a message that need not be kept; never blocks.
   *
   * @return whether the subscriber asks its publishers to slow down
   */
  boolean offer(Delivery delivery);

  /** Whether it still asks publishers to slow down. */
  boolean isHoldingBack();
}

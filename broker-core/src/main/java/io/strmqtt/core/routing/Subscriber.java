package io.strmqtt.core.routing;

/** Someone with subscriptions: to the router, all there is of a session. Any thread. */
public interface Subscriber {
  String clientId();

  /**
   * Whether it can take a message now: connected, and reading. Members of shared groups that cannot
   * come last.
   */
  boolean isAvailable();

  /** Whether it keeps QoS 1 and 2 messages while it is not connected. */
  boolean isPersistent();

  /**
   * Hands a message over; never blocks.
   *
   * @return whether the subscriber asks its publishers to slow down
   */
  boolean offer(Delivery delivery);

  /** Whether it still asks publishers to slow down. */
  boolean isHoldingBack();
}

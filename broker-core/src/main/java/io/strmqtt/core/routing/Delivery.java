package io.strmqtt.core.routing;

import io.strmqtt.api.store.QueueStore;
import io.strmqtt.api.store.QueuedMessage;
import org.jspecify.annotations.Nullable;

/**
 * A publication on its way to one subscriber. Immutable, so it travels between threads freely.
 *
 * @param qos the QoS of this copy: the lower of the publication's and the granted one
 * @param retain the RETAIN flag of this copy
 * @param identifiers the identifiers of all matching subscriptions (3.3.4-4); empty for most
 * @param shared the shared subscription it was chosen by, so that it can be handed to another
 *     member
 */
public record Delivery(
    Publication publication,
    int qos,
    boolean retain,
    int[] identifiers,
    @Nullable Subscription shared) {
  private static final int[] NO_IDENTIFIERS = {};

  /** The copy for a single matching subscription. */
  static Delivery of(Publication publication, Subscription subscription) {
    return new Delivery(
        publication,
        Math.min(publication.message().qos(), subscription.qos()),
        publication.message().retain() && subscription.retainAsPublished(),
        subscription.identifier() == 0 ? NO_IDENTIFIERS : new int[] {subscription.identifier()},
        subscription.filter().isShared() ? subscription : null);
  }

  /** The copy of a retained message for a new subscription: RETAIN is set (3.3.1.3). */
  public static Delivery ofRetained(Publication publication, Subscription subscription) {
    return new Delivery(
        publication,
        Math.min(publication.message().qos(), subscription.qos()),
        true,
        subscription.identifier() == 0 ? NO_IDENTIFIERS : new int[] {subscription.identifier()},
        null);
  }

  /** Its number in the session's queue; 0 if it is in none. */
  public long number() {
    return publication.number();
  }

  /** As a queue keeps it. */
  public QueuedMessage toQueued(QueueStore queues) {
    return new QueuedMessage(
        publication.number(queues),
        publication.message(),
        qos,
        retain,
        identifiers,
        shared == null ? "" : shared.filter().full());
  }

  /**
   * From a queue.
   *
   * @param shared the session's subscription it came by, if that is a shared one and still there
   */
  public static Delivery ofStored(QueuedMessage stored, @Nullable Subscription shared) {
    return new Delivery(
        Publication.ofStored(stored.message(), stored.number()),
        stored.qos(),
        stored.retain(),
        stored.identifiers(),
        shared);
  }

  /**
   * Approximate heap bytes while it waits: the shared body is counted for each waiter. The same as
   * that of the message in a queue.
   */
  public int weight() {
    return publication.weight() + Integer.BYTES * identifiers.length;
  }
}

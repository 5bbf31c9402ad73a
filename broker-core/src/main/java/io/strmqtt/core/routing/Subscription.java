package io.strmqtt.core.routing;

import io.strmqtt.api.store.SubscriptionRecord;
import io.strmqtt.mqtt.topic.TopicFilter;

/**
 * A subscriber's interest in a filter.
 *
 * @param qos the granted maximum QoS
 * @param identifier the subscription identifier, 0 if none
 */
public record Subscription(
    Subscriber subscriber,
    TopicFilter filter,
    int qos,
    boolean noLocal,
    boolean retainAsPublished,
    int retainHandling,
    int identifier) {

  /** As it was stored. */
  public static Subscription of(
      Subscriber subscriber, TopicFilter filter, SubscriptionRecord stored) {
    return new Subscription(
        subscriber,
        filter,
        stored.qos(),
        stored.noLocal(),
        stored.retainAsPublished(),
        stored.retainHandling(),
        stored.identifier());
  }

  public SubscriptionRecord toRecord() {
    return new SubscriptionRecord(
        filter.full(), qos, noLocal, retainAsPublished, retainHandling, identifier);
  }
}

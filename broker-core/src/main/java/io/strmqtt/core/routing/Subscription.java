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

  public SubscriptionRecord toRecord() {
    return new SubscriptionRecord(
        filter.full(), qos, noLocal, retainAsPublished, retainHandling, identifier);
  }
}

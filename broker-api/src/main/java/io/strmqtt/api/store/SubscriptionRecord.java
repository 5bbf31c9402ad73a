package io.strmqtt.api.store;

/**
 * A subscription of a session (MQTT 5, 3.8.3).
 *
 * @param filter the whole filter, with {@code $share/name/} if shared
 * @param qos the granted maximum QoS, 0 to 2
 * @param retainHandling 0, 1 or 2
 * @param identifier the subscription identifier, 0 if none
 */
public record SubscriptionRecord(
    String filter,
    int qos,
    boolean noLocal,
    boolean retainAsPublished,
    int retainHandling,
    int identifier) {}

package io.strmqtt.api.store;

/**
 * A subscription of a session (MQTT 5, 3.8.3).
 *
 * @param filter the whole filter, with {@code $share/name/} if shared
 * @param qos the granted maximum QoS, 0 to 2
 * @param retainHandling 0, 1 or 2
 * @param identifier the subscription identifier, 0 if none
 * @param retainedDue whether not all retained messages it asked for have been sent: they are looked
 *     for anew when the session is restored
 */
public record SubscriptionRecord(
    String filter,
    int qos,
    boolean noLocal,
    boolean retainAsPublished,
    int retainHandling,
    int identifier,
    boolean retainedDue) {

  /** One whose retained messages have been sent. */
  public SubscriptionRecord(
      String filter,
      int qos,
      boolean noLocal,
      boolean retainAsPublished,
      int retainHandling,
      int identifier) {
    this(filter, qos, noLocal, retainAsPublished, retainHandling, identifier, false);
  }

  /** The same, with or without retained messages to be sent. */
  public SubscriptionRecord withRetainedDue(boolean due) {
    return new SubscriptionRecord(
        filter, qos, noLocal, retainAsPublished, retainHandling, identifier, due);
  }
}

package io.strmqtt.core.session;

import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.core.routing.Delivery;
import io.strmqtt.core.routing.Publication;
import io.strmqtt.core.routing.Subscription;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * New subscriptions of a session whose retained messages are to be delivered: one subscription's at
 * a time, the next when those have left, so that subscribing without reading does not pile them up.
 * On the session's loop only.
 */
final class RetainedWanted {
  private final LinkedHashMap<String, Subscription> subscriptions = new LinkedHashMap<>();

  void add(Subscription subscription) {
    subscriptions.put(subscription.filter().full(), subscription);
  }

  /** Takes out the one that has waited longest. */
  Subscription next() {
    return Objects.requireNonNull(subscriptions.pollFirstEntry()).getValue();
  }

  boolean isEmpty() {
    return subscriptions.isEmpty();
  }

  /** Hands the retained messages for the subscription, of a client, to the consumer. */
  static void match(
      Broker broker, Subscription subscription, String clientId, Consumer<Delivery> then) {
    long now = broker.clock().millis();
    RetainedStore store = broker.retained();
    store.match(
        subscription.filter().filter(),
        message -> {
          if (message.expiresAt() <= now) {
            store.expire(message);
          } else if (!(subscription.noLocal() && message.publisher().equals(clientId))) {
            then.accept(Delivery.ofRetained(new Publication(message), subscription));
          }
        });
  }
}

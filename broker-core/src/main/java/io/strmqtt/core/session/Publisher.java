package io.strmqtt.core.session;

import io.strmqtt.api.Message;
import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.core.Counters;
import io.strmqtt.core.routing.Publication;
import io.strmqtt.core.routing.Router;
import io.strmqtt.core.routing.Subscriber;
import org.jspecify.annotations.Nullable;

/**
 * Takes a message that may be published: keeps it if it is to be retained, and routes it. On an
 * event loop.
 */
public final class Publisher {
  private final Broker broker;

  public Publisher(Broker broker) {
    this.broker = broker;
  }

  /**
   * Publishes.
   *
   * @param routed told when the message may be acknowledged
   * @return a subscriber that asks to slow down, if there is one
   */
  public @Nullable Subscriber publish(Message message, Router.Routed routed) {
    if (message.retain() && !retain(message)) {
      if (routed.refuse()) {
        return null;
      }
      broker.retained().remove(message.topic()); // What was there is not the latest any more.
    }
    return broker.router().route(new Publication(message), routed);
  }

  /** False if the limit of retained messages is reached. */
  private boolean retain(Message message) {
    if (message.payload().length == 0) {
      broker.retained().remove(message.topic()); // 3.3.1-6, 3.3.1-7
    } else if (!broker.retained().put(message)) {
      broker.counters().count(Reason.RETAINED_LIMIT);
      return false;
    }
    return true;
  }

  /** Publishes a will, if its owner may still publish to the topic. */
  void publishWill(Will will, Authorizer.Subject owner) {
    Message message = will.message();
    if (!broker.authorizer().mayPublish(owner, message.topic(), message.qos(), message.retain())) {
      broker.counters().count(Reason.WILL_NOT_AUTHORIZED);
      return;
    }
    broker.counters().count(Counters.Event.WILLS_PUBLISHED);
    publish(
        new Message(
            message.topic(),
            message.payload(),
            message.qos(),
            message.retain(),
            message.properties(),
            broker.clock().millis(),
            message.publisher()),
        subscribers -> {});
  }
}

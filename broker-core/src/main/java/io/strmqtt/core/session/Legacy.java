package io.strmqtt.core.session;

import io.strmqtt.api.Reason;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueuePage;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.core.routing.Delivery;
import io.strmqtt.core.routing.Subscription;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a session that has ended leaves in the store: messages of shared subscriptions go on to
 * other members (4.8.2-5), the rest is dropped by name. A page at a time; on the loop the session
 * was on. What was on its way when the session ended comes by mail as well: whoever has a message
 * first hands it on.
 */
final class Legacy {
  private final Session session;
  private final Broker broker;
  private final MessageQueue queue;
  private final Map<String, Subscription> shared;

  /** Numbers of the messages that are nobody's any more, or have been handed on. */
  private final Set<Long> done;

  /**
   * @param shared the session's shared subscriptions by their filters
   * @param begun numbers of messages that are nobody else's any more, and have been dropped
   */
  private Legacy(
      Session session,
      Broker broker,
      MessageQueue queue,
      Map<String, Subscription> shared,
      Set<Long> begun) {
    this.session = session;
    this.broker = broker;
    this.queue = queue;
    this.shared = shared;
    this.done = begun;
  }

  /**
   * Begins to hand on what a session leaves, or drops all of it if nobody else can have any.
   *
   * @return null if nothing is handed on
   */
  static @Nullable Legacy of(
      Session session,
      Broker broker,
      MessageQueue queue,
      Map<String, Subscription> shared,
      Outbound.Left left) {
    if (left.messages() == 0 || shared.isEmpty()) {
      session.outbound().drop(Reason.SESSION_ENDED, left.messages());
      queue.end();
      return null;
    }
    Legacy legacy = new Legacy(session, broker, queue, shared, left.begun());
    legacy.handOn();
    return legacy;
  }

  private void handOn() {
    broker.storage().flush();
    readBehind(0);
  }

  /** Whether the message has not been handed on; it is the caller's then. */
  boolean claim(long number) {
    return done.add(number);
  }

  private void readBehind(long number) {
    queue.read(number, Backlog.PAGE, page -> session.command(() -> handOn(page, number)));
  }

  private void handOn(QueuePage page, long from) {
    long last = from;
    for (QueuedMessage each : page.messages()) {
      last = each.number();
      Subscription by = shared.get(each.shared());
      if (!claim(each.number())) {
        continue;
      }
      if (by == null || !broker.router().redispatch(Delivery.ofStored(each, by))) {
        session.outbound().drop(Reason.SESSION_ENDED);
      }
    }
    long behind = last;
    switch (page.behind()) {
      case MORE -> readBehind(behind);
      case NOTHING -> queue.end();
      case UNREADABLE -> session.later(Backlog.RETRY_NANOS, () -> readBehind(behind));
    }
  }
}

package io.strmqtt.core.session;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.RetainedWalk;
import io.strmqtt.core.routing.Delivery;
import io.strmqtt.core.routing.Publication;
import io.strmqtt.core.routing.Subscription;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * New subscriptions of a session whose retained messages are to be sent: one subscription after the
 * other, a message whenever the client can take it, so that nothing piles up however many there
 * are. Lasts over connections if the session does. On the session's loop only.
 */
final class RetainedWanted {
  /** Topic levels looked at in one go. */
  private static final int STEPS = 64;

  /** Subscriptions noted in one go. */
  private static final int NOTES = 256;

  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Broker broker;
  private final Session session;

  /** Whether the session is kept: then the store says what is left to do after a restart. */
  private final boolean kept;

  private final Map<String, Wanted> all = new LinkedHashMap<>();
  private final ArrayDeque<Wanted> unnoted = new ArrayDeque<>();

  private static final class Wanted {
    final Subscription subscription;
    final RetainedWalk walk;
    boolean noted;
    boolean over;

    Wanted(Subscription subscription, RetainedWalk walk) {
      this.subscription = subscription;
      this.walk = walk;
    }
  }

  RetainedWanted(Broker broker, Session session, boolean kept) {
    this.broker = broker;
    this.session = session;
    this.kept = kept;
  }

  /**
   * Begins with what is retained now; what is published from now on comes by the subscription.
   *
   * @param noted whether the store knows of it, from an earlier run
   */
  void add(Subscription subscription, boolean noted) {
    String filter = subscription.filter().full();
    remove(filter);
    Wanted wanted =
        new Wanted(
            subscription,
            broker
                .retained()
                .match(
                    subscription.filter().filter(),
                    task -> session.command(() -> whenThereIsRoom(task)),
                    session::send));
    all.put(filter, wanted);
    wanted.noted = noted;
    if (kept && !noted) {
      unnoted.add(wanted);
    }
  }

  /** Runs the task that takes a message from the store; later if memory is short now. */
  private void whenThereIsRoom(Runnable task) {
    if (broker.pending().isExhausted()) {
      session.later(RETRY_NANOS, () -> whenThereIsRoom(task));
    } else {
      task.run();
    }
  }

  /** The subscription is gone. */
  void remove(String filter) {
    Wanted gone = all.remove(filter);
    if (gone != null) {
      gone.over = true;
    }
  }

  /**
   * Has the store note what takes longer than a turn: a walk that is not over when the broker ends
   * begins anew with the next one.
   */
  void note() {
    Wanted next;
    for (int left = NOTES; left > 0 && (next = unnoted.poll()) != null; left--) {
      if (!next.over) {
        next.noted = true;
        note(next.subscription, true);
      }
    }
  }

  private void note(Subscription subscription, boolean due) {
    broker
        .storage()
        .sessions()
        .putSubscription(
            subscription.subscriber().clientId(), subscription.toRecord().withRetainedDue(due));
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** Whether the next message may have QoS 1 or 2. */
  boolean mayNeedQuota() {
    return all.values().iterator().next().subscription.qos() > 0;
  }

  /** Tells whether the next message is being read. The session sends again when it is there. */
  boolean isReading() {
    return all.values().iterator().next().walk.isReading();
  }

  /** The next message; null if none was found in a few steps. */
  @Nullable Delivery next() {
    Wanted first = all.values().iterator().next();
    Subscription subscription = first.subscription;
    Message message = first.walk.next(STEPS);
    if (message == null) {
      if (first.walk.isOver()) {
        remove(subscription.filter().full());
        if (first.noted) {
          note(subscription, false);
        }
      }
      return null;
    }
    if (message.expiresAt() <= broker.clock().millis()) {
      return null;
    }
    return subscription.noLocal()
            && message.publisher().equals(subscription.subscriber().clientId())
        ? null
        : Delivery.ofRetained(new Publication(message), subscription);
  }
}

package io.strmqtt.core.routing;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The members of a {@code $share} group on one filter (MQTT 5, 4.8.2). Each message goes to one of
 * them, in turn; members that cannot take it now come last.
 */
final class SharedGroup {
  private static final Subscription[] NONE = {};

  private volatile Subscription[] members = NONE;
  private final AtomicInteger turn = new AtomicInteger();

  boolean isEmpty() {
    return members.length == 0;
  }

  /**
   * The member whose turn it is: the next available one, else the next that is only slow, else the
   * next that keeps messages while away.
   *
   * @param except a member that is leaving, or null
   */
  @Nullable Subscription next(int qos, @Nullable Subscriber except) {
    Subscription[] now = members;
    if (now.length == 0) {
      return null;
    }
    int start = Math.floorMod(turn.getAndIncrement(), now.length);
    Subscription slow = null;
    Subscription waiting = null;
    for (int i = 0; i < now.length; i++) {
      int at = start + i;
      Subscription member = now[at < now.length ? at : at - now.length];
      if (member.subscriber() == except) {
        continue;
      }
      if (member.subscriber().isAvailable()) {
        return member;
      }
      if (slow == null && member.subscriber().isHoldingBack()) {
        slow = member;
      }
      if (waiting == null
          && Math.min(qos, member.qos()) > 0
          && member.subscriber().isPersistent()) {
        waiting = member;
      }
    }
    return slow != null ? slow : waiting;
  }

  boolean put(Subscription subscription) {
    Subscription[] now = members;
    int at = indexOf(now, subscription.subscriber());
    members = with(now, at < 0 ? now.length : at, subscription);
    return at < 0;
  }

  boolean remove(Subscriber subscriber) {
    Subscription[] now = members;
    int at = indexOf(now, subscriber);
    if (at < 0) {
      return false;
    }
    members = without(now, at);
    return true;
  }

  static int indexOf(Subscription[] subscriptions, Subscriber subscriber) {
    for (int i = 0; i < subscriptions.length; i++) {
      if (subscriptions[i].subscriber() == subscriber) {
        return i;
      }
    }
    return -1;
  }

  /** A copy with the subscription at the place, which may be one past the end. */
  static Subscription[] with(Subscription[] subscriptions, int at, Subscription subscription) {
    Subscription[] copy = Arrays.copyOf(subscriptions, Math.max(subscriptions.length, at + 1));
    copy[at] = subscription;
    return copy;
  }

  static Subscription[] without(Subscription[] subscriptions, int at) {
    Subscription[] copy = Arrays.copyOf(subscriptions, subscriptions.length - 1);
    System.arraycopy(subscriptions, at + 1, copy, at, copy.length - at);
    return copy;
  }
}

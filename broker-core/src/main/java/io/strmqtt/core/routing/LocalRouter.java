package io.strmqtt.core.routing;

import io.netty.util.concurrent.FastThreadLocal;
import io.strmqtt.api.Reason;
import io.strmqtt.core.Counters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Routes within this process. Matching and offering happen on the publisher's loop. */
public final class LocalRouter implements Router {
  private final SubscriptionIndex index = new SubscriptionIndex();
  private final Counters counters;
  private final FastThreadLocal<Fanout> fanouts =
      new FastThreadLocal<>() {
        @Override
        protected Fanout initialValue() {
          return new Fanout(counters);
        }
      };

  /**
   * @param counters where messages that reach nobody of a shared group are counted
   */
  public LocalRouter(Counters counters) {
    this.counters = counters;
  }

  @Override
  public @Nullable Subscriber route(Publication publication, Routed routed) {
    Fanout fanout = fanouts.get();
    Subscriber slow = fanout.run(index, publication);
    // Messages of sessions live in memory, so what was offered is as durable as it gets.
    routed.done(fanout.count);
    return slow;
  }

  @Override
  public boolean subscribe(Subscription subscription) {
    return index.add(subscription);
  }

  @Override
  public void unsubscribe(Subscription subscription) {
    index.remove(subscription);
  }

  @Override
  public boolean redispatch(Delivery delivery) {
    Subscription left = delivery.shared();
    if (left == null) {
      return false;
    }
    Subscribers there = index.of(left.filter());
    SharedGroup group = there == null ? null : there.group(left.filter().share().orElseThrow());
    Subscription next =
        group == null
            ? null
            : group.next(delivery.publication().message().qos(), left.subscriber());
    if (next == null) {
      return false;
    }
    next.subscriber().offer(Delivery.of(delivery.publication(), next));
    return true;
  }

  @Override
  public long subscriptions() {
    return index.size();
  }

  /** One publication on its way to many; reused by its thread. */
  private static final class Fanout {
    final List<Subscribers> matched = new ArrayList<>();
    final Consumer<Subscribers> collect = matched::add;
    final Map<Subscriber, Delivery> merged = new IdentityHashMap<>();
    final Consumer<Subscription> offer = this::offer;
    final Consumer<Subscription> merge = this::merge;
    final Consumer<SharedGroup> offerOne = this::offerOne;
    final BiConsumer<Subscriber, Delivery> hand = this::hand;
    final Counters counters;
    @Nullable Publication publication;
    @Nullable Subscriber slow;
    int count;

    Fanout(Counters counters) {
      this.counters = counters;
    }

    @Nullable Subscriber run(SubscriptionIndex index, Publication toAll) {
      publication = toAll;
      count = 0;
      slow = null;
      try {
        index.match(toAll.message().topic(), collect);
        if (matched.size() == 1) {
          matched.getFirst().forEach(offer);
        } else if (matched.size() > 1) {
          // Overlapping filters: one copy each, at the highest QoS, with all identifiers (3.3.4-2,
          // 3.3.4-4).
          for (Subscribers each : matched) {
            each.forEach(merge);
          }
          merged.forEach(hand);
        }
        for (Subscribers each : matched) {
          each.forEachGroup(offerOne);
        }
        return slow;
      } finally {
        // Whatever happened: the next publication must not go to this one's subscribers.
        merged.clear();
        matched.clear();
        publication = null;
        slow = null;
      }
    }

    private Publication current() {
      return Objects.requireNonNull(publication);
    }

    private boolean isEcho(Subscription subscription) {
      return subscription.noLocal() // 3.8.3-3
          && subscription.subscriber().clientId().equals(current().message().publisher());
    }

    private void offer(Subscription subscription) {
      if (!isEcho(subscription)) {
        hand(subscription.subscriber(), Delivery.of(current(), subscription));
      }
    }

    private void merge(Subscription subscription) {
      if (!isEcho(subscription)) {
        merged.merge(
            subscription.subscriber(), Delivery.of(current(), subscription), Fanout::joined);
      }
    }

    private static Delivery joined(Delivery a, Delivery b) {
      int[] identifiers =
          Arrays.copyOf(a.identifiers(), a.identifiers().length + b.identifiers().length);
      System.arraycopy(
          b.identifiers(), 0, identifiers, a.identifiers().length, b.identifiers().length);
      return new Delivery(
          a.publication(), Math.max(a.qos(), b.qos()), a.retain() || b.retain(), identifiers, null);
    }

    private void offerOne(SharedGroup group) {
      Subscription member = group.next(current().message().qos(), null);
      if (member != null) {
        hand(member.subscriber(), Delivery.of(current(), member));
      } else if (!group.isEmpty()) {
        counters.count(Reason.QOS0_OFFLINE); // All are away, and keep nothing of this QoS.
      }
    }

    /** One that waits for itself would never read its own acknowledgements. */
    private boolean isPublisher(Subscriber subscriber) {
      return subscriber.clientId().equals(current().message().publisher());
    }

    private void hand(Subscriber subscriber, Delivery delivery) {
      count++;
      if (subscriber.offer(delivery) && !isPublisher(subscriber)) {
        slow = subscriber;
      }
    }
  }
}

package io.strmqtt.core.routing;

import io.netty.util.concurrent.FastThreadLocal;
import io.strmqtt.api.Message;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.Storage;
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
  private final Storage storage;
  private final FastThreadLocal<Fanout> fanouts =
      new FastThreadLocal<>() {
        @Override
        protected Fanout initialValue() {
          return new Fanout(counters);
        }
      };

  /**
   * @param counters where messages that reach nobody of a shared group are counted
   * @param storage where the messages of sessions are kept
   */
  public LocalRouter(Counters counters, Storage storage) {
    this.counters = counters;
    this.storage = storage;
  }

  @Override
  public @Nullable Subscriber route(Publication publication, Routed routed) {
    Fanout fanout = fanouts.get();
    Subscriber slow;
    int count;
    List<Kept> kept;
    try {
      fanout.run(index, publication);
      slow = fanout.slow;
      count = fanout.count;
      kept = fanout.takeKept();
    } finally {
      fanout.clear();
    }
    acknowledge(publication, routed, count);
    // Behind that: whatever a subscriber does with a message comes to the store after its addition.
    for (Kept each : kept) {
      if (each.subscriber.deliver(each.delivery) && !isPublisher(each.subscriber, publication)) {
        slow = each.subscriber;
      }
    }
    return slow;
  }

  /** One that waits for itself would never read its own acknowledgements. */
  private static boolean isPublisher(Subscriber subscriber, Publication publication) {
    return subscriber.clientId().equals(publication.message().publisher());
  }

  /** As soon as what was kept, and what the publisher's session has noted with it, is durable. */
  private void acknowledge(Publication publication, Routed routed, int subscribers) {
    if (publication.message().qos() > 0) {
      storage.whenDurable(() -> routed.done(subscribers));
    } else {
      storage.flush();
      routed.done(subscribers);
    }
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
    Subscriber to = next.subscriber();
    // As a message of its own: it may wait in this subscriber's queue already.
    Delivery again = Delivery.of(new Publication(delivery.publication().message()), next);
    if (again.qos() == 0 || !to.isPersistent()) {
      to.offer(again);
    } else if (to.keep(again)) {
      storage.flush();
      to.deliver(again);
    }
    return true;
  }

  @Override
  public long subscriptions() {
    return index.size();
  }

  /** A message that its subscriber's queue has, and its subscriber not yet. */
  private record Kept(Subscriber subscriber, Delivery delivery) {}

  /** What the filters of one subscriber that match have in common. */
  private static final class Overlap {
    int qos;
    boolean retain;
    int[] identifiers = new int[4];
    int count;

    void add(Subscription subscription, Message message) {
      qos = Math.max(qos, Math.min(message.qos(), subscription.qos()));
      retain |= message.retain() && subscription.retainAsPublished();
      if (subscription.identifier() != 0) {
        if (count == identifiers.length) {
          identifiers = Arrays.copyOf(identifiers, 2 * count);
        }
        identifiers[count++] = subscription.identifier();
      }
    }

    Delivery of(Publication publication) {
      return new Delivery(publication, qos, retain, Arrays.copyOf(identifiers, count), null);
    }
  }

  /** One publication on its way to many; reused by its thread. */
  private static final class Fanout {
    static final int MOST_KEPT = 1024;

    final List<Subscribers> matched = new ArrayList<>();
    final Consumer<Subscribers> collect = matched::add;
    Map<Subscriber, Object> merged = new IdentityHashMap<>();
    final Consumer<Subscription> offer = this::offer;
    final Consumer<Subscription> merge = this::merge;
    final Consumer<SharedGroup> offerOne = this::offerOne;
    final BiConsumer<Subscriber, Object> handMerged = this::handMerged;
    List<Kept> kept = new ArrayList<>();
    final Counters counters;
    @Nullable Publication publication;
    @Nullable Subscriber slow;
    int count;

    Fanout(Counters counters) {
      this.counters = counters;
    }

    void run(SubscriptionIndex index, Publication toAll) {
      publication = toAll;
      count = 0;
      index.match(toAll.message().topic(), collect);
      if (matched.size() == 1) {
        matched.getFirst().forEach(offer);
      } else if (matched.size() > 1) {
        // Overlapping filters: one copy each, at the highest QoS, with all identifiers (3.3.4-2,
        // 3.3.4-4).
        for (Subscribers each : matched) {
          each.forEach(merge);
        }
        merged.forEach(handMerged);
      }
      for (Subscribers each : matched) {
        each.forEachGroup(offerOne);
      }
    }

    List<Kept> takeKept() {
      if (kept.isEmpty()) {
        return List.of();
      }
      List<Kept> taken = kept;
      kept = new ArrayList<>();
      return taken;
    }

    /** Whatever happened: the next publication must not go to this one's subscribers. */
    void clear() {
      if (merged.size() > MOST_KEPT) {
        merged = new IdentityHashMap<>(); // To clear a large table takes long, each time.
      } else if (!merged.isEmpty()) {
        merged.clear();
      }
      matched.clear();
      kept.clear();
      publication = null;
      slow = null;
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
      if (isEcho(subscription)) {
        return;
      }
      Subscriber subscriber = subscription.subscriber();
      Object before = merged.putIfAbsent(subscriber, subscription);
      if (before == null) {
        return;
      }
      Overlap overlap;
      if (before instanceof Overlap there) {
        overlap = there;
      } else {
        overlap = new Overlap();
        overlap.add((Subscription) before, current().message());
        merged.put(subscriber, overlap);
      }
      overlap.add(subscription, current().message());
    }

    /**
     * @param matches the subscription, or what several have in common
     */
    private void handMerged(Subscriber subscriber, Object matches) {
      hand(
          subscriber,
          matches instanceof Overlap overlap
              ? overlap.of(current())
              : Delivery.of(current(), (Subscription) matches));
    }

    private void offerOne(SharedGroup group) {
      Subscription member = group.next(current().message().qos(), null);
      if (member != null) {
        // In queues a number stands for one copy, and this is none of the copies before.
        Publication one =
            current().number() == 0 ? current() : new Publication(current().message());
        hand(member.subscriber(), Delivery.of(one, member));
      } else if (!group.isEmpty()) {
        counters.count(Reason.QOS0_OFFLINE); // All are away, and keep nothing of this QoS.
      }
    }

    private void hand(Subscriber subscriber, Delivery delivery) {
      count++;
      if (delivery.qos() > 0 && subscriber.isPersistent()) {
        if (subscriber.keep(delivery)) {
          kept.add(new Kept(subscriber, delivery));
        }
      } else if (subscriber.offer(delivery) && !isPublisher(subscriber, current())) {
        slow = subscriber;
      }
    }
  }
}

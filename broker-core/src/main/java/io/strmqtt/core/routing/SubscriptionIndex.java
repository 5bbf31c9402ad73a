package io.strmqtt.core.routing;

import io.strmqtt.mqtt.topic.TopicFilter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which subscribers a topic concerns. Filters without wildcards are one look-up in a map; filters
 * with wildcards are a {@link FilterTrie}. Readers take no lock and stream into a consumer; writers
 * share one lock.
 */
final class SubscriptionIndex {
  private final Map<String, Subscribers> exact = new ConcurrentHashMap<>();
  private final FilterTrie wildcards = new FilterTrie();
  private final AtomicLong size = new AtomicLong();

  long size() {
    return size.get();
  }

  /** Adds or replaces; true if the subscriber had none with that filter. */
  synchronized boolean add(Subscription subscription) {
    TopicFilter filter = subscription.filter();
    boolean added;
    if (filter.hasWildcard()) {
      added = wildcards.add(subscription);
    } else {
      // Put into the holder before the map shows it: a reader never sees an empty one.
      Subscribers there = exact.get(filter.filter());
      if (there == null) {
        there = new Subscribers();
        added = there.put(subscription);
        exact.put(filter.filter(), there);
      } else {
        added = there.put(subscription);
      }
    }
    if (added) {
      size.incrementAndGet();
    }
    return added;
  }

  synchronized void remove(Subscription subscription) {
    TopicFilter filter = subscription.filter();
    boolean removed;
    if (filter.hasWildcard()) {
      removed = wildcards.remove(subscription);
    } else {
      Subscribers there = exact.get(filter.filter());
      removed = there != null && there.remove(subscription);
      if (there != null && there.isEmpty()) {
        exact.remove(filter.filter());
      }
    }
    if (removed) {
      size.decrementAndGet();
    }
  }

  /** The subscribers of exactly this filter. */
  @Nullable Subscribers of(TopicFilter filter) {
    return filter.hasWildcard() ? wildcards.of(filter.filter()) : exact.get(filter.filter());
  }

  /** Hands the subscribers of every matching filter to the consumer. */
  void match(String topic, Consumer<Subscribers> consumer) {
    Subscribers plain = exact.get(topic);
    if (plain != null) {
      consumer.accept(plain);
    }
    wildcards.match(topic, consumer);
  }

  /** How many nodes the filters with wildcards take. */
  int nodes() {
    return wildcards.nodes();
  }
}

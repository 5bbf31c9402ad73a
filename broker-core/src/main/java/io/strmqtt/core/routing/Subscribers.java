package io.strmqtt.core.routing;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of one filter: none, one, a few in an array, many in a map. Most filters have
 * one subscriber, so the small forms are what memory is spent on.
 *
 * <p>Written under the index's lock, read without one: each change publishes a new form, or changes
 * the concurrent map.
 */
final class Subscribers {
  private static final int ARRAY_LIMIT = 16;

  /** Subscription, Subscription[], ConcurrentHashMap, or null for none. */
  private volatile @Nullable Object form;

  /** Shared groups by name; null while there is none, as for nearly all filters. */
  private volatile @Nullable Map<String, SharedGroup> groups;

  boolean isEmpty() {
    return form == null && groups == null;
  }

  void forEach(Consumer<Subscription> consumer) {
    switch (form) {
      case null -> {}
      case Subscription one -> consumer.accept(one);
      case Subscription[] few -> {
        for (Subscription subscription : few) {
          consumer.accept(subscription);
        }
      }
      case Object many -> map(many).values().forEach(consumer);
    }
  }

  void forEachGroup(Consumer<SharedGroup> consumer) {
    Map<String, SharedGroup> now = groups;
    if (now != null) {
      now.values().forEach(consumer);
    }
  }

  @Nullable SharedGroup group(String name) {
    Map<String, SharedGroup> now = groups;
    return now == null ? null : now.get(name);
  }

  /** Adds or replaces; true if the subscriber was not there. */
  boolean put(Subscription subscription) {
    if (subscription.filter().isShared()) {
      Map<String, SharedGroup> now = groups;
      if (now == null) {
        now = new ConcurrentHashMap<>(2);
        groups = now;
      }
      return now.computeIfAbsent(
              subscription.filter().share().orElseThrow(), k -> new SharedGroup())
          .put(subscription);
    }
    switch (form) {
      case null -> form = subscription;
      case Subscription one -> {
        if (one.subscriber() == subscription.subscriber()) {
          form = subscription;
          return false;
        }
        form = new Subscription[] {one, subscription};
      }
      case Subscription[] few -> {
        int at = SharedGroup.indexOf(few, subscription.subscriber());
        if (at >= 0) {
          form = SharedGroup.with(few, at, subscription);
          return false;
        }
        if (few.length < ARRAY_LIMIT) {
          form = SharedGroup.with(few, few.length, subscription);
        } else {
          Map<Subscriber, Subscription> many = new ConcurrentHashMap<>(2 * ARRAY_LIMIT);
          for (Subscription each : few) {
            many.put(each.subscriber(), each);
          }
          many.put(subscription.subscriber(), subscription);
          form = many;
        }
      }
      case Object many -> {
        return map(many).put(subscription.subscriber(), subscription) == null;
      }
    }
    return true;
  }

  /** Removes; true if it was there. */
  boolean remove(Subscription subscription) {
    if (subscription.filter().isShared()) {
      Map<String, SharedGroup> now = groups;
      String name = subscription.filter().share().orElseThrow();
      SharedGroup group = now == null ? null : now.get(name);
      if (now == null || group == null || !group.remove(subscription.subscriber())) {
        return false;
      }
      if (group.isEmpty()) {
        now.remove(name);
        if (now.isEmpty()) {
          groups = null;
        }
      }
      return true;
    }
    switch (form) {
      case null -> {
        return false;
      }
      case Subscription one -> {
        if (one.subscriber() != subscription.subscriber()) {
          return false;
        }
        form = null;
      }
      case Subscription[] few -> {
        int at = SharedGroup.indexOf(few, subscription.subscriber());
        if (at < 0) {
          return false;
        }
        Subscription[] fewer = SharedGroup.without(few, at);
        form = fewer.length == 1 ? fewer[0] : fewer;
      }
      case Object many -> {
        Map<Subscriber, Subscription> map = map(many);
        if (map.remove(subscription.subscriber()) == null) {
          return false;
        }
        if (map.size() <= ARRAY_LIMIT / 2) {
          form = map.values().toArray(new Subscription[0]);
        }
      }
    }
    return true;
  }

  @SuppressWarnings("unchecked")
  private static Map<Subscriber, Subscription> map(Object form) {
    return (Map<Subscriber, Subscription>) form;
  }
}

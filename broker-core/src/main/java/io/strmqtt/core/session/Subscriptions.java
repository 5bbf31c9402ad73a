package io.strmqtt.core.session;

import io.netty.buffer.ByteBufUtil;
import io.strmqtt.core.Limits;
import io.strmqtt.core.routing.Subscription;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of one session by their filters. Most devices have one, so that one is kept
 * without a map. On the session's loop only.
 */
final class Subscriptions {
  private @Nullable Subscription only;
  private @Nullable Map<String, Subscription> several;

  /** Of all their filters, in UTF-8. */
  private int bytes;

  int size() {
    return several != null ? several.size() : only != null ? 1 : 0;
  }

  /** Whether one with the filter may be added, or replaced. */
  boolean hasRoomFor(String filter, Limits limits) {
    return get(filter) != null
        || size() < limits.maxSubscriptions()
            && bytes + ByteBufUtil.utf8Bytes(filter) <= limits.maxSubscriptionBytes();
  }

  @Nullable Subscription get(String filter) {
    if (several != null) {
      return several.get(filter);
    }
    return only != null && only.filter().full().equals(filter) ? only : null;
  }

  /** Adds the subscription or replaces the one with its filter. */
  void put(Subscription subscription) {
    String filter = subscription.filter().full();
    if (get(filter) == null) {
      bytes += ByteBufUtil.utf8Bytes(filter);
    }
    if (several != null) {
      several.put(filter, subscription);
    } else if (only == null || only.filter().full().equals(filter)) {
      only = subscription;
    } else {
      several = new HashMap<>();
      several.put(only.filter().full(), only);
      several.put(filter, subscription);
      only = null;
    }
  }

  /** Removes and returns the one with the filter; null if there is none. */
  @Nullable Subscription remove(String filter) {
    Subscription there = get(filter);
    if (there == null) {
      return null;
    }
    bytes -= ByteBufUtil.utf8Bytes(filter);
    if (several != null) {
      several.remove(filter);
    } else {
      only = null;
    }
    return there;
  }

  Collection<Subscription> all() {
    if (several != null) {
      return several.values();
    }
    return only == null ? List.of() : List.of(only);
  }

  /** Those of shared subscriptions, by their filters. */
  Map<String, Subscription> shared() {
    Map<String, Subscription> shared = new HashMap<>();
    for (Subscription each : all()) {
      if (each.filter().isShared()) {
        shared.put(each.filter().full(), each);
      }
    }
    return shared;
  }

  void clear() {
    only = null;
    several = null;
    bytes = 0;
  }
}

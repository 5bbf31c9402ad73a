package io.strmqtt.session;

import io.strmqtt.api.store.SubscriptionRecord;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The subscriptions of one session in the order of their filters: few in an array, many in a map.
 * Nearly all sessions have few, and there may be millions. One thread writes at a time, any reads.
 */
final class SubscriptionRecords {
  private static final int FEW = 8;
  private static final SubscriptionRecord[] NONE = {};
  private static final Comparator<SubscriptionRecord> BY_FILTER =
      Comparator.comparing(SubscriptionRecord::filter);

  /** In order, and not changed once it is here; or a map. */
  private volatile Object form = NONE;

  List<SubscriptionRecord> inOrder() {
    Object now = form;
    return now instanceof SubscriptionRecord[] few ? List.of(few) : List.copyOf(map(now).values());
  }

  /** Adds the subscription or replaces the one with its filter. */
  void put(SubscriptionRecord subscription) {
    if (!(form instanceof SubscriptionRecord[] few)) {
      map(form).put(subscription.filter(), subscription);
      return;
    }
    int at = Arrays.binarySearch(few, subscription, BY_FILTER);
    if (at >= 0) {
      SubscriptionRecord[] changed = few.clone();
      changed[at] = subscription;
      form = changed;
    } else if (few.length < FEW) {
      int to = -at - 1;
      SubscriptionRecord[] more = Arrays.copyOf(few, few.length + 1);
      System.arraycopy(few, to, more, to + 1, few.length - to);
      more[to] = subscription;
      form = more;
    } else {
      NavigableMap<String, SubscriptionRecord> many = new ConcurrentSkipListMap<>();
      for (SubscriptionRecord each : few) {
        many.put(each.filter(), each);
      }
      many.put(subscription.filter(), subscription);
      form = many;
    }
  }

  void remove(String filter) {
    if (form instanceof SubscriptionRecord[] few) {
      form =
          Arrays.stream(few)
              .filter(each -> !each.filter().equals(filter))
              .toArray(SubscriptionRecord[]::new);
    } else {
      map(form).remove(filter);
    }
  }

  @SuppressWarnings("unchecked")
  private static NavigableMap<String, SubscriptionRecord> map(Object form) {
    return (NavigableMap<String, SubscriptionRecord>) form;
  }
}

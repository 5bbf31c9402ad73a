package io.strmqtt.core.routing;

import io.strmqtt.mqtt.topic.TopicFilter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which subscribers a topic concerns. Filters without wildcards are one look-up in a map; filters
 * with wildcards are a trie by level. Readers take no lock and stream into a consumer; writers
 * share one lock.
 */
final class SubscriptionIndex {
  private static final String ONE = "+";
  private static final String REST = "#";

  private final Map<String, Subscribers> exact = new ConcurrentHashMap<>();
  private final Node root = new Node();
  private final AtomicLong size = new AtomicLong();

  /** A level of a wildcard filter. */
  private static final class Node {
    final Map<String, Node> children = new ConcurrentHashMap<>(2);
    final Subscribers subscribers = new Subscribers();
  }

  long size() {
    return size.get();
  }

  /** Adds or replaces; true if the subscriber had none with that filter. */
  synchronized boolean add(Subscription subscription) {
    TopicFilter filter = subscription.filter();
    boolean added;
    if (filter.hasWildcard()) {
      Node node = root;
      for (String level : filter.filter().split("/", -1)) {
        node = node.children.computeIfAbsent(level, k -> new Node());
      }
      added = node.subscribers.put(subscription);
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
      removed = prune(root, filter.filter().split("/", -1), subscription);
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

  private static boolean prune(Node root, String[] levels, Subscription subscription) {
    Node[] path = new Node[levels.length + 1];
    path[0] = root;
    for (int i = 0; i < levels.length; i++) {
      Node child = path[i].children.get(levels[i]);
      if (child == null) {
        return false;
      }
      path[i + 1] = child;
    }
    if (!path[levels.length].subscribers.remove(subscription)) {
      return false;
    }
    for (int i = levels.length; i > 0; i--) {
      if (!path[i].subscribers.isEmpty() || !path[i].children.isEmpty()) {
        break;
      }
      path[i - 1].children.remove(levels[i - 1]);
    }
    return true;
  }

  /** The subscribers of exactly this filter. */
  @Nullable Subscribers of(TopicFilter filter) {
    if (!filter.hasWildcard()) {
      return exact.get(filter.filter());
    }
    Node node = root;
    for (String level : filter.filter().split("/", -1)) {
      node = node.children.get(level);
      if (node == null) {
        return null;
      }
    }
    return node.subscribers;
  }

  /** Hands the subscribers of every matching filter to the consumer. */
  void match(String topic, Consumer<Subscribers> consumer) {
    Subscribers plain = exact.get(topic);
    if (plain != null) {
      consumer.accept(plain);
    }
    if (!root.children.isEmpty()) {
      // Filters that begin with a wildcard do not see $-topics (4.7.2-1).
      match(root, topic, 0, topic.charAt(0) != '$', consumer);
    }
  }

  private static void match(
      Node node, String topic, int from, boolean wildcards, Consumer<Subscribers> consumer) {
    if (wildcards) {
      Node rest = node.children.get(REST);
      if (rest != null) {
        consumer.accept(rest.subscribers);
      }
    }
    if (from > topic.length()) {
      if (!node.subscribers.isEmpty()) {
        consumer.accept(node.subscribers);
      }
      return;
    }
    int slash = topic.indexOf('/', from);
    int end = slash < 0 ? topic.length() : slash;
    Node literal = node.children.get(topic.substring(from, end));
    if (literal != null) {
      match(literal, topic, end + 1, true, consumer);
    }
    if (wildcards) {
      Node one = node.children.get(ONE);
      if (one != null) {
        match(one, topic, end + 1, true, consumer);
      }
    }
  }
}

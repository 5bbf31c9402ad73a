package io.strmqtt.core.routing;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Filters with wildcards by their levels. A node stands for as many levels as no other filter
 * branches off between, or ends at: so there are at most two nodes for each filter, however deep it
 * is, and the text of a level is kept once.
 *
 * <p>Nodes are split and joined by putting others in their place, which share what was below them
 * and who is subscribed. So readers take no lock: one that stands on a node that was replaced sees
 * what it saw before. Writers hold the index's lock.
 */
final class FilterTrie {
  private static final String ONE = "+";
  private static final String REST = "#";

  private final Node root = new Node("", new Subscribers(), null);

  /** One or more levels. Each but the root has subscribers or two children. */
  private static final class Node {
    /** As they stand in filters, with the slashes between. */
    final String levels;

    final Subscribers subscribers;

    /** By the first of their levels; null while there are none, as for most. */
    volatile @Nullable Map<String, Node> children;

    Node(String levels, Subscribers subscribers, @Nullable Map<String, Node> children) {
      this.levels = levels;
      this.subscribers = subscribers;
      this.children = children;
    }

    @Nullable Node child(String first) {
      Map<String, Node> now = children;
      return now == null ? null : now.get(first);
    }

    void put(String first, Node child) {
      Map<String, Node> now = children;
      if (now == null) {
        now = new ConcurrentHashMap<>(2);
        now.put(first, child);
        children = now;
      } else {
        now.put(first, child);
      }
    }

    void remove(String first) {
      Map<String, Node> now = children;
      if (now != null) {
        now.remove(first);
        if (now.isEmpty()) {
          children = null;
        }
      }
    }
  }

  /** Adds or replaces; true if the subscriber had none with that filter. */
  boolean add(Subscription subscription) {
    Node node = root;
    String rest = subscription.filter().filter();
    while (true) {
      String first = firstLevel(rest);
      Node child = node.child(first);
      if (child == null) {
        // Put into the holder before the map shows it: a reader never sees an empty one.
        Subscribers fresh = new Subscribers();
        fresh.put(subscription);
        node.put(first, new Node(rest, fresh, null));
        return true;
      }
      int common = commonLevels(child.levels, rest, first.length());
      if (common < child.levels.length()) {
        child = split(node, first, child, common);
      }
      if (common == rest.length()) {
        return child.subscribers.put(subscription);
      }
      node = child;
      rest = rest.substring(common + 1);
    }
  }

  /** Puts two nodes in the place of the child, the upper one with the first levels. */
  private static Node split(Node parent, String first, Node child, int end) {
    String below = child.levels.substring(end + 1);
    Node upper = new Node(child.levels.substring(0, end), new Subscribers(), null);
    upper.put(firstLevel(below), new Node(below, child.subscribers, child.children));
    parent.put(first, upper);
    return upper;
  }

  /** Removes; true if it was there. */
  boolean remove(Subscription subscription) {
    Node above = root;
    Node parent = root;
    Node node = root;
    String rest = subscription.filter().filter();
    String first = "";
    String firstOfParent = "";
    while (true) {
      above = parent;
      parent = node;
      firstOfParent = first;
      first = firstLevel(rest);
      Node child = parent.child(first);
      if (child == null || !startsWith(rest, child.levels)) {
        return false;
      }
      node = child;
      if (rest.length() == child.levels.length()) {
        break;
      }
      rest = rest.substring(child.levels.length() + 1);
    }
    if (!node.subscribers.remove(subscription)) {
      return false;
    }
    if (node.subscribers.isEmpty() && node.children == null) {
      parent.remove(first);
      join(above, firstOfParent, parent);
    } else {
      join(parent, first, node);
    }
    return true;
  }

  /** Puts one node in the place of one that has only a child left, and that child. */
  private void join(Node parent, String first, Node node) {
    Map<String, Node> children = node.children;
    if (node != root && node.subscribers.isEmpty() && children != null && children.size() == 1) {
      Node child = children.values().iterator().next();
      parent.put(
          first, new Node(node.levels + '/' + child.levels, child.subscribers, child.children));
    }
  }

  /** The subscribers of exactly this filter; null if there are none. */
  @Nullable Subscribers of(String filter) {
    Node node = root;
    String rest = filter;
    while (true) {
      node = node.child(firstLevel(rest));
      if (node == null || !startsWith(rest, node.levels)) {
        return null;
      }
      if (rest.length() == node.levels.length()) {
        return node.subscribers;
      }
      rest = rest.substring(node.levels.length() + 1);
    }
  }

  private static String firstLevel(String levels) {
    int slash = levels.indexOf('/');
    return slash < 0 ? levels : levels.substring(0, slash);
  }

  /** Whether these are the first of the levels, or all. */
  private static boolean startsWith(String levels, String first) {
    return levels.startsWith(first)
        && (levels.length() == first.length() || levels.charAt(first.length()) == '/');
  }

  /**
   * Where the last level ends that both have in common.
   *
   * @param first where the first one ends, which is the same
   */
  private static int commonLevels(String a, String b, int first) {
    int end = first;
    while (end < a.length() && end < b.length()) {
      int next = levelEnd(a, end + 1);
      if (next != levelEnd(b, end + 1) || !a.regionMatches(end, b, end, next - end)) {
        break;
      }
      end = next;
    }
    return end;
  }

  private static int levelEnd(String levels, int from) {
    int slash = levels.indexOf('/', from);
    return slash < 0 ? levels.length() : slash;
  }

  /** Hands the subscribers of every matching filter to the consumer. */
  void match(String topic, Consumer<Subscribers> consumer) {
    if (root.children != null) {
      new Match(topic, consumer).below(root, 0, 0);
    }
  }

  /** One topic's way through the trie; it may take many branches, and names each level once. */
  private static final class Match {
    private final String topic;
    private final Consumer<Subscribers> consumer;
    private @Nullable String[] levels = new @Nullable String[8];

    Match(String topic, Consumer<Subscribers> consumer) {
      this.topic = topic;
      this.consumer = consumer;
    }

    /**
     * The node's levels match.
     *
     * @param depth which of the topic's levels is next
     * @param from where that begins, one past the topic's end and another if there is none
     */
    void below(Node node, int depth, int from) {
      if (from > topic.length() && !node.subscribers.isEmpty()) {
        consumer.accept(node.subscribers);
      }
      if (node.children == null) {
        return;
      }
      // Filters that begin with a wildcard do not see $-topics (4.7.2-1).
      boolean wildcards = from > 0 || topic.charAt(0) != '$';
      Node rest = wildcards ? node.child(REST) : null;
      if (rest != null) {
        consumer.accept(rest.subscribers);
      }
      if (from > topic.length()) {
        return;
      }
      String level = level(depth, from);
      Node literal = node.child(level);
      if (literal != null) {
        enter(literal, level.length(), depth, from + level.length());
      }
      Node one = wildcards ? node.child(ONE) : null;
      if (one != null) {
        enter(one, ONE.length(), depth, from + level.length());
      }
    }

    /**
     * The first of the node's levels matches.
     *
     * @param first where that ends
     * @param topicEnd where the topic's level ends that it matches
     */
    private void enter(Node node, int first, int depth, int topicEnd) {
      String filter = node.levels;
      int f = first;
      int t = topicEnd;
      int d = depth;
      while (f < filter.length()) {
        int begin = f + 1;
        f = levelEnd(filter, begin);
        boolean single = f == begin + 1;
        if (single && filter.charAt(begin) == '#') { // The parent level, too: 4.7.1.2.
          consumer.accept(node.subscribers);
          return;
        }
        if (t == topic.length()) {
          return;
        }
        int topicBegin = t + 1;
        t = levelEnd(topic, topicBegin);
        if (!(single && filter.charAt(begin) == '+')
            && !(f - begin == t - topicBegin
                && filter.regionMatches(begin, topic, topicBegin, t - topicBegin))) {
          return;
        }
        d++;
      }
      below(node, d + 1, t + 1);
    }

    private String level(int depth, int from) {
      if (depth >= levels.length) {
        levels = Arrays.copyOf(levels, Math.max(2 * levels.length, depth + 1));
      }
      String level = levels[depth];
      if (level == null) {
        level = topic.substring(from, levelEnd(topic, from));
        levels[depth] = level;
      }
      return level;
    }
  }

  /** How many nodes there are, without the root. */
  int nodes() {
    return count(root) - 1;
  }

  private static int count(Node node) {
    int nodes = 1;
    Map<String, Node> children = node.children;
    if (children != null) {
      for (Node child : children.values()) {
        nodes += count(child);
      }
    }
    return nodes;
  }
}

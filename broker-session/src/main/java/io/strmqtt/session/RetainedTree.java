package io.strmqtt.session;

import io.strmqtt.api.Message;
import io.strmqtt.api.Settings;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.RetainedWalk;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A tree with one node for each topic level that leads to a retained message. Changes take one lock
 * for as many steps as the topic has levels; a walk takes none, and sees every message that was
 * there before it began and is not changed meanwhile, none that was put later.
 *
 * <p>Matching visits a node at most once, since a node's depth says which level of the filter it
 * has to meet. It walks with a stack of its own, as high as the topics are deep.
 */
public final class RetainedTree implements RetainedStore {
  private final Node root = new Node("");
  private final Object writing = new Object();
  private final int limit;
  private final long maxBytes;

  /** Those that expire, the first one first. */
  private final TreeMap<Due, Message> expiring = new TreeMap<>();

  private volatile int size;
  private long bytes;

  /** How many messages have been put; the number of each tells whether a walk began before it. */
  private volatile long puts;

  /**
   * @param limit how many messages may be kept
   * @param maxBytes how many bytes of heap they may take, approximately
   */
  public RetainedTree(int limit, long maxBytes) {
    this.limit = limit;
    this.maxBytes = maxBytes;
  }

  /** The setting {@code retained_max_bytes}: a quarter of the heap if it is not there. */
  public static long maxBytes(Settings settings) {
    return settings.size(
        "retained_max_bytes", Runtime.getRuntime().maxMemory() / 4, 1 << 20, 1L << 50);
  }

  @Override
  public boolean put(Message message) {
    List<String> levels = levels(message.topic());
    synchronized (writing) {
      Kept before = find(levels);
      long more = message.weight() - (before == null ? 0 : before.message.weight());
      if (before == null && size >= limit || more > 0 && bytes + more > maxBytes) {
        return false;
      }
      Node node = root;
      for (String level : levels) {
        node = node.childOrNew(level);
      }
      if (before == null) {
        size = size + 1;
      } else {
        leave(before);
      }
      puts = puts + 1;
      node.kept = enter(new Kept(message, puts));
      return true;
    }
  }

  private Kept enter(Kept kept) {
    bytes += kept.message.weight();
    if (kept.message.expiresAt() < Long.MAX_VALUE) {
      expiring.put(kept.due(), kept.message);
    }
    return kept;
  }

  private void leave(Kept kept) {
    bytes -= kept.message.weight();
    if (kept.message.expiresAt() < Long.MAX_VALUE) {
      expiring.remove(kept.due());
    }
  }

  @Override
  public void remove(String topic) {
    remove(topic, there -> true);
  }

  @Override
  public void expire(Message message) {
    removeMessage(message);
  }

  @Override
  public int expire(long now, int most) {
    int removed = 0;
    Message next;
    while (removed < most && (next = firstExpired(now)) != null) {
      removeMessage(next);
      removed++;
    }
    return removed;
  }

  /** A message that has expired by then, in milliseconds of the epoch; null if there is none. */
  public @Nullable Message firstExpired(long now) {
    synchronized (writing) {
      Map.Entry<Due, Message> first = expiring.firstEntry();
      return first == null || first.getKey().at > now ? null : first.getValue();
    }
  }

  /** Removes the message; false if another has taken its place, or none is there any more. */
  public boolean removeMessage(Message message) {
    return remove(message.topic(), there -> there == message);
  }

  private boolean remove(String topic, Predicate<Message> unwanted) {
    List<String> levels = levels(topic);
    synchronized (writing) {
      List<Node> path = new ArrayList<>(levels.size() + 1);
      Node node = root;
      path.add(node);
      for (String level : levels) {
        node = node.child(level);
        if (node == null) {
          return false;
        }
        path.add(node);
      }
      Kept there = node.kept;
      if (there == null || !unwanted.test(there.message)) {
        return false;
      }
      node.kept = null;
      leave(there);
      size = size - 1;
      for (int depth = levels.size(); depth > 0 && path.get(depth).isBare(); depth--) {
        path.get(depth - 1).drop(levels.get(depth - 1));
      }
      return true;
    }
  }

  @Override
  public RetainedWalk match(String filter) {
    return new Walk(filter, puts);
  }

  @Override
  public long size() {
    return size;
  }

  /** How many nodes there are, the root included; for tests. */
  int nodes() {
    int count = 0;
    Deque<Node> left = new ArrayDeque<>(List.of(root));
    while (!left.isEmpty()) {
      count++;
      left.addAll(left.pop().children());
    }
    return count;
  }

  private @Nullable Kept find(List<String> levels) {
    Node node = root;
    for (String level : levels) {
      node = node.child(level);
      if (node == null) {
        return null;
      }
    }
    return node.kept;
  }

  private static List<String> levels(String topic) {
    List<String> levels = new ArrayList<>();
    int start = 0;
    for (int end = topic.indexOf('/'); end >= 0; end = topic.indexOf('/', start)) {
      levels.add(topic.substring(start, end));
      start = end + 1;
    }
    levels.add(topic.substring(start));
    return levels;
  }

  /** A message, and how many had been put when it was. */
  private record Kept(Message message, long number) {
    Due due() {
      return new Due(message.expiresAt(), number);
    }
  }

  /** When a message expires, in milliseconds of the epoch, and which one it is. */
  private record Due(long at, long number) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int first = Long.compare(at, other.at);
      return first != 0 ? first : Long.compare(number, other.number);
    }
  }

  /** Nodes of one depth still to be met by the filter's level of that depth. */
  private record Step(Iterator<Node> nodes, int depth) {}

  private final class Walk implements RetainedWalk {
    private final String filter;
    private final long before;
    private final Deque<Step> steps = new ArrayDeque<>(4);
    private List<String> levels = List.of();
    private boolean begun;

    Walk(String filter, long before) {
      this.filter = filter;
      this.before = before;
    }

    @Override
    public boolean isOver() {
      return begun && steps.isEmpty();
    }

    @Override
    public @Nullable Message next(int most) {
      if (!begun) {
        begun = true;
        levels = levels(filter);
        steps.push(new Step(List.of(root).iterator(), 0));
      }
      for (int left = most; left > 0 && !steps.isEmpty(); left--) {
        Step step = steps.peek();
        if (!step.nodes.hasNext()) {
          steps.pop();
          continue;
        }
        Kept found = visit(step.nodes.next(), step.depth);
        if (found != null && found.number <= before) {
          return found.message;
        }
      }
      return null;
    }

    /** What the node has for the filter; its children are next. */
    private @Nullable Kept visit(Node node, int depth) {
      if (depth == levels.size()) {
        return node.kept;
      }
      switch (levels.get(depth)) {
        case "#" -> {
          steps.push(new Step(wild(node), depth));
          // a/# matches a, too (4.7.1.2); the # stays in force all the way down
          return node.kept;
        }
        case "+" -> steps.push(new Step(wild(node), depth + 1));
        case String level -> {
          Node child = node.child(level);
          if (child != null) {
            steps.push(new Step(List.of(child).iterator(), depth + 1));
          }
        }
      }
      return null;
    }

    /** The children a wildcard meets: at the top, none that begins with $ (4.7.2). */
    private Iterator<Node> wild(Node node) {
      return node == root
          ? node.children().stream().filter(child -> !child.level.startsWith("$")).iterator()
          : node.children().iterator();
    }
  }

  /** Changed under the tree's lock only, read without. */
  private static final class Node {
    final String level;
    volatile @Nullable Kept kept;
    private volatile @Nullable Map<String, Node> children;

    Node(String level) {
      this.level = level;
    }

    Collection<Node> children() {
      Map<String, Node> map = children;
      return map == null ? List.of() : map.values();
    }

    @Nullable Node child(String level) {
      Map<String, Node> map = children;
      return map == null ? null : map.get(level);
    }

    Node childOrNew(String level) {
      Map<String, Node> map = children;
      if (map == null) {
        // most inner nodes have one child
        map = new ConcurrentHashMap<>(1);
        children = map;
      }
      return map.computeIfAbsent(level, Node::new);
    }

    void drop(String level) {
      Map<String, Node> map = children;
      if (map != null) {
        map.remove(level);
        if (map.isEmpty()) {
          children = null;
        }
      }
    }

    boolean isBare() {
      return kept == null && children == null;
    }
  }
}

package io.strmqtt.session;

import io.strmqtt.api.Message;
import io.strmqtt.api.Settings;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.RetainedWalk;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongFunction;
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
  private final TreeMap<Due, Entry> expiring = new TreeMap<>();

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
    return put(message.topic(), number -> new Whole(message, number, false));
  }

  /**
   * Puts a message that is to be an outline as soon as {@link #settle} is called, and counts as one
   * from now on.
   */
  public boolean putLeaving(Message message) {
    return put(message.topic(), number -> new Whole(message, number, true));
  }

  /** Puts what stands for a message that has to be read. */
  public boolean putOutline(String topic, long expiresAt) {
    return put(topic, number -> new Outline(topic, expiresAt, number));
  }

  /** Lets go of a message's body, which can be read from now on. Any thread. */
  public void settle(Message message) {
    List<String> levels = levels(message.topic());
    synchronized (writing) {
      Node node = node(levels);
      if (node != null
          && node.kept instanceof Whole(Message there, long number, boolean _)
          && there == message) {
        leave(node.kept);
        node.kept = new Outline(message.topic(), message.expiresAt(), number);
        enter(node.kept);
      }
    }
  }

  /** Whether the topic's message has to be read, or will have to be as soon as it is written. */
  public boolean hasOutline(String topic) {
    List<String> levels = levels(topic);
    synchronized (writing) {
      Node node = node(levels);
      return node != null
          && (node.kept instanceof Outline
              || node.kept instanceof Whole(Message _, long _, boolean leaving) && leaving);
    }
  }

  /** Whether a message of so many bytes would take no more than half of what there is room for. */
  public boolean hasPlenty(int weight) {
    synchronized (writing) {
      return bytes + weight <= maxBytes / 2;
    }
  }

  private boolean put(String topic, LongFunction<Entry> make) {
    List<String> levels = levels(topic);
    synchronized (writing) {
      Node there = node(levels);
      Entry before = there == null ? null : there.kept;
      Entry entry = make.apply(puts + 1);
      long more = entry.weight() - (before == null ? 0 : before.weight());
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
      enter(entry);
      node.kept = entry;
      return true;
    }
  }

  private void enter(Entry entry) {
    bytes += entry.weight();
    if (entry.expiresAt() < Long.MAX_VALUE) {
      expiring.put(entry.due(), entry);
    }
  }

  private void leave(Entry entry) {
    bytes -= entry.weight();
    if (entry.expiresAt() < Long.MAX_VALUE) {
      expiring.remove(entry.due());
    }
  }

  @Override
  public void remove(String topic) {
    remove(topic, there -> true);
  }

  @Override
  public int expire(long now, int most) {
    int removed = 0;
    Entry next;
    while (removed < most && (next = firstExpired(now)) != null) {
      remove(next);
      removed++;
    }
    return removed;
  }

  /** One that has expired by then, in milliseconds of the epoch; null if there is none. */
  public @Nullable Entry firstExpired(long now) {
    synchronized (writing) {
      Map.Entry<Due, Entry> first = expiring.firstEntry();
      return first == null || first.getKey().at > now ? null : first.getValue();
    }
  }

  /** Removes the message; false if another has taken its place, or none is there any more. */
  public boolean remove(Entry entry) {
    return remove(entry.topic(), there -> there.number() == entry.number());
  }

  private boolean remove(String topic, Predicate<Entry> unwanted) {
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
      Entry there = node.kept;
      if (there == null || !unwanted.test(there)) {
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
  public RetainedWalk match(String filter, Executor owner, Runnable ready) {
    return match(filter, owner, ready, (topic, thread, then) -> then.accept(null));
  }

  /** As {@link RetainedStore#match}, with somebody who reads the messages that are outlines. */
  public RetainedWalk match(String filter, Executor owner, Runnable ready, Bodies bodies) {
    return new TreeWalk(root, filter, puts, new TreeWalk.Reading(owner, ready, bodies));
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

  private @Nullable Node node(List<String> levels) {
    Node node = root;
    for (String level : levels) {
      node = node.child(level);
      if (node == null) {
        return null;
      }
    }
    return node;
  }

  static List<String> levels(String topic) {
    List<String> levels = new ArrayList<>();
    int start = 0;
    for (int end = topic.indexOf('/'); end >= 0; end = topic.indexOf('/', start)) {
      levels.add(topic.substring(start, end));
      start = end + 1;
    }
    levels.add(topic.substring(start));
    return levels;
  }

  /** Reads messages whose bodies are not in memory. */
  public interface Bodies {
    /**
     * @param owner runs {@code then}
     * @param then is handed the message of the topic, or null if there is none, or none that can be
     *     read; once. The message's memory is counted until it returns
     */
    void read(String topic, Executor owner, Consumer<@Nullable Message> then);
  }

  /** What a topic has. */
  public sealed interface Entry {
    String topic();

    /** As {@link Message#expiresAt}. */
    long expiresAt();

    /** How many had been put when it was, itself among them. */
    long number();

    /** Bytes of heap it takes in the end, approximately. */
    int weight();

    /** Its place in the order of expiry. */
    private Due due() {
      return new Due(expiresAt(), number());
    }
  }

  /**
   * A message.
   *
   * @param leaving whether its body is to be let go of soon
   */
  record Whole(Message message, long number, boolean leaving) implements Entry {
    @Override
    public String topic() {
      return message.topic();
    }

    @Override
    public long expiresAt() {
      return message.expiresAt();
    }

    @Override
    public int weight() {
      return leaving ? Outline.weight(topic()) : message.weight();
    }
  }

  /** What stands for a message that has to be read. */
  record Outline(String topic, long expiresAt, long number) implements Entry {
    static int weight(String topic) {
      return topic.length() + 128;
    }

    @Override
    public int weight() {
      return weight(topic);
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

  /** Changed under the tree's lock only, read without. */
  static final class Node {
    final String level;
    volatile @Nullable Entry kept;
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

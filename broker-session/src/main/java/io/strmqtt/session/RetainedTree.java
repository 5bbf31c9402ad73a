package io.strmqtt.session;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.RetainedStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A tree with one node for each topic level that leads to a retained message. Changes take one lock
 * for as many steps as the topic has levels; matching takes none, and sees every message that was
 * there before it began and is not changed meanwhile.
 *
 * <p>Matching visits a node at most once, since a node's depth says which level of the filter it
 * has to meet. It walks with a stack of its own, as high as the topics are deep.
 */
public final class RetainedTree implements RetainedStore {
  private final Node root = new Node("");
  private final Object writing = new Object();
  private final int limit;
  private volatile int size;

  /**
   * @param limit how many messages may be kept
   */
  public RetainedTree(int limit) {
    this.limit = limit;
  }

  @Override
  public boolean put(Message message) {
    List<String> levels = levels(message.topic());
    synchronized (writing) {
      if (size >= limit && !holds(levels)) {
        return false;
      }
      Node node = root;
      for (String level : levels) {
        node = node.childOrNew(level);
      }
      if (node.message == null) {
        size = size + 1;
      }
      node.message = message;
      return true;
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
      Message there = node.message;
      if (there == null || !unwanted.test(there)) {
        return false;
      }
      node.message = null;
      size = size - 1;
      for (int depth = levels.size(); depth > 0 && path.get(depth).isBare(); depth--) {
        path.get(depth - 1).drop(levels.get(depth - 1));
      }
      return true;
    }
  }

  @Override
  public void match(String filter, Consumer<Message> consumer) {
    List<String> levels = levels(filter);
    Deque<Step> walk = new ArrayDeque<>();
    walk.push(new Step(List.of(root).iterator(), 0));
    while (!walk.isEmpty()) {
      Step step = walk.peek();
      if (!step.nodes.hasNext()) {
        walk.pop();
        continue;
      }
      Node node = step.nodes.next();
      if (step.depth == levels.size()) {
        node.hand(consumer);
        continue;
      }
      switch (levels.get(step.depth)) {
        case "#" -> {
          // a/# matches a, too (4.7.1.2); the # stays in force all the way down
          node.hand(consumer);
          walk.push(new Step(wild(node), step.depth));
        }
        case "+" -> walk.push(new Step(wild(node), step.depth + 1));
        case String level -> {
          Node child = node.child(level);
          if (child != null) {
            walk.push(new Step(List.of(child).iterator(), step.depth + 1));
          }
        }
      }
    }
  }

  /** The children a wildcard meets: at the top, none that begins with $ (4.7.2). */
  private Iterator<Node> wild(Node node) {
    return node == root
        ? node.children().stream().filter(child -> !child.level.startsWith("$")).iterator()
        : node.children().iterator();
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

  private boolean holds(List<String> levels) {
    Node node = root;
    for (String level : levels) {
      node = node.child(level);
      if (node == null) {
        return false;
      }
    }
    return node.message != null;
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

  /** Nodes of one depth still to be met by the filter's level of that depth. */
  private record Step(Iterator<Node> nodes, int depth) {}

  /** Changed under the tree's lock only, read without. */
  private static final class Node {
    final String level;
    volatile @Nullable Message message;
    private volatile @Nullable Map<String, Node> children;

    Node(String level) {
      this.level = level;
    }

    void hand(Consumer<Message> consumer) {
      Message here = message;
      if (here != null) {
        consumer.accept(here);
      }
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
      return message == null && children == null;
    }
  }
}

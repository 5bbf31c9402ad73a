package io.strmqtt.session;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.RetainedWalk;
import io.strmqtt.session.RetainedTree.Entry;
import io.strmqtt.session.RetainedTree.Node;
import io.strmqtt.session.RetainedTree.Whole;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A walk through a {@link RetainedTree}. A message that is an outline is read, and is in memory
 * only while the owner has the chance to take it. For the owner's thread.
 */
final class TreeWalk implements RetainedWalk {
  private final Node root;
  private final String filter;
  private final long before;
  private final Reading reading;
  private final Deque<Step> steps = new ArrayDeque<>(4);
  private List<String> levels = List.of();
  private boolean begun;

  /** What has to be read before the walk goes on. */
  private @Nullable Found pending;

  private boolean underWay;
  private @Nullable Message read;

  /**
   * @param before the number of the last message that was put before the walk
   */
  TreeWalk(Node root, String filter, long before, Reading reading) {
    this.root = root;
    this.filter = filter;
    this.before = before;
    this.reading = reading;
  }

  /** Who walks, and who reads for it; as {@link RetainedTree#match} is told. */
  record Reading(Executor owner, Runnable ready, RetainedTree.Bodies bodies) {}

  /** Nodes of one depth still to be met by the filter's level of that depth. */
  private record Step(Iterator<Node> nodes, int depth) {}

  private record Found(Node node, Entry entry) {}

  @Override
  public boolean isOver() {
    return begun && steps.isEmpty() && pending == null;
  }

  @Override
  public boolean isReading() {
    return underWay;
  }

  @Override
  public @Nullable Message next(int most) {
    Message there = read;
    if (there != null) {
      read = null;
      pending = null;
      return there;
    }
    if (underWay) {
      return null;
    }
    if (pending != null) {
      return resolve(pending);
    }
    if (!begun) {
      begun = true;
      levels = RetainedTree.levels(filter); // Not before: there may be thousands of walks to come.
      steps.push(new Step(List.of(root).iterator(), 0));
    }
    for (int left = most; left > 0 && !steps.isEmpty(); left--) {
      Step step = steps.peek();
      if (!step.nodes.hasNext()) {
        steps.pop();
        continue;
      }
      Node node = step.nodes.next();
      Entry found = visit(node, step.depth);
      if (found != null && found.number() <= before) {
        return resolve(new Found(node, found));
      }
    }
    return null;
  }

  private @Nullable Message resolve(Found found) {
    Entry now = found.node.kept;
    if (now == null || now.number() != found.entry.number()) {
      pending = null; // Whoever walks gets what is there instead by the subscription.
      return null;
    }
    if (now instanceof Whole whole) {
      pending = null;
      return whole.message();
    }
    pending = found;
    underWay = true;
    reading.bodies.read(now.topic(), reading.owner, message -> take(found, message));
    return null;
  }

  private void take(Found found, @Nullable Message message) {
    underWay = false;
    Entry now = found.node.kept;
    boolean isThere = now != null && now.number() == found.entry.number();
    if (message == null || !isThere) {
      pending = null;
    } else {
      read = message;
    }
    reading.ready.run();
    if (read == message) {
      read = null; // Not taken now: it is read again when there is room for it.
    }
  }

  /** What the node has for the filter; its children are next. */
  private @Nullable Entry visit(Node node, int depth) {
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

package io.strmqtt.session.rocks;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.RetainedWalk;
import io.strmqtt.session.RetainedTree;
import io.strmqtt.session.rocks.record.Damaged;
import io.strmqtt.session.rocks.record.MessageCodec;
import io.strmqtt.session.rocks.record.OutlineCodec;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Retained messages: a row for each, and the tree of their topics in memory. Large ones are in
 * memory only until they are written, and so is every message once the others take half of the heap
 * that they may take; they are read when somebody wants them.
 */
final class RocksRetained implements RetainedStore {
  private static final int LOCKS = 64;
  private static final byte[] NONE = {};

  /** Bytes above which a message is not kept in memory. */
  private static final int LARGE = 4 << 10;

  /** Bytes below which it is not worth it. */
  private static final int SMALL = 256;

  private final RetainedTree tree;
  private final RetainedBodies bodies;
  private final Gathering gathering;
  private final LatestRetained latest;
  private final AtomicLong stamps = new AtomicLong();
  // changes of one topic get their stamps in the order in which the tree sees them
  private final Object[] locks = new Object[LOCKS];

  RocksRetained(
      RetainedTree tree, RetainedBodies bodies, Gathering gathering, LatestRetained latest) {
    this.tree = tree;
    this.bodies = bodies;
    this.gathering = gathering;
    this.latest = latest;
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
  }

  /**
   * A row of an earlier run. False if the limits are smaller now.
   *
   * @throws Damaged if the row is none
   */
  boolean restore(String topic, byte[] row) {
    if (OutlineCodec.isOutline(row)) {
      return tree.putOutline(topic, OutlineCodec.expiresAt(row));
    }
    Message message = MessageCodec.fromBytes(row);
    return isToBeRead(message) ? tree.putOutline(topic, message.expiresAt()) : tree.put(message);
  }

  private boolean isToBeRead(Message message) {
    int weight = message.weight();
    return weight > LARGE || message.payload().length > SMALL && !tree.hasPlenty(weight);
  }

  @Override
  public boolean put(Message message) {
    String topic = message.topic();
    byte[] bytes = MessageCodec.toBytes(message);
    boolean toBeRead = isToBeRead(message);
    long stamp;
    boolean hasBody;
    synchronized (lock(topic)) {
      boolean hadOutline = tree.hasOutline(topic);
      if (!(toBeRead ? tree.putLeaving(message) : tree.put(message))) {
        return false;
      }
      stamp = stamps.incrementAndGet();
      hasBody = latest.expect(topic) || hadOutline;
    }
    Unit unit = gathering.open();
    if (toBeRead) {
      byte[] outline = OutlineCodec.toBytes(message.expiresAt());
      unit.change(new Change.Retain(topic, stamp, outline, Optional.of(bytes)));
      unit.whenWritten(() -> tree.settle(message));
    } else {
      unit.change(new Change.Retain(topic, stamp, bytes, bodyToRemove(hasBody)));
    }
    return true;
  }

  /**
   * @param mayBeThere whether the message before has a body of its own, or may have: other changes
   *     of the topic are on their way
   */
  private static Optional<byte[]> bodyToRemove(boolean mayBeThere) {
    return mayBeThere ? Optional.of(NONE) : Optional.empty();
  }

  @Override
  public void remove(String topic) {
    // even if there is none: another thread's removal may not be durable yet
    remove(
        topic,
        () -> {
          tree.remove(topic);
          return true;
        });
  }

  private void remove(String topic, BooleanSupplier removal) {
    long stamp;
    boolean hasBody;
    synchronized (lock(topic)) {
      boolean hadOutline = tree.hasOutline(topic);
      if (!removal.getAsBoolean()) {
        return;
      }
      stamp = stamps.incrementAndGet();
      hasBody = latest.expect(topic) || hadOutline;
    }
    gathering.open().change(new Change.Retain(topic, stamp, NONE, bodyToRemove(hasBody)));
  }

  @Override
  public int expire(long now, int most) {
    int removed = 0;
    RetainedTree.Entry next;
    while (removed < most && (next = tree.firstExpired(now)) != null) {
      RetainedTree.Entry expired = next;
      remove(expired.topic(), () -> tree.remove(expired));
      removed++;
    }
    return removed;
  }

  @Override
  public RetainedWalk match(String filter, Executor owner, Runnable ready) {
    return tree.match(filter, owner, ready, bodies);
  }

  @Override
  public long size() {
    return tree.size();
  }

  private Object lock(String topic) {
    return locks[(topic.hashCode() & 0x7fff_ffff) % LOCKS];
  }
}

package io.strmqtt.session.rocks;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.RetainedWalk;
import io.strmqtt.session.RetainedTree;
import io.strmqtt.session.rocks.record.MessageCodec;
import java.util.concurrent.atomic.AtomicLong;

/** Retained messages in memory, and a row for each. */
final class RocksRetained implements RetainedStore {
  private static final int LOCKS = 64;
  private static final byte[] NONE = {};

  private final RetainedTree tree;
  private final Gathering gathering;
  private final LatestRetained latest;
  private final AtomicLong stamps = new AtomicLong();
  // changes of one topic get their stamps in the order in which the tree sees them
  private final Object[] locks = new Object[LOCKS];

  RocksRetained(int limit, long maxBytes, Gathering gathering, LatestRetained latest) {
    this.tree = new RetainedTree(limit, maxBytes);
    this.gathering = gathering;
    this.latest = latest;
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
  }

  /** A message of an earlier run. False if the limit is smaller now. */
  boolean restore(Message message) {
    return tree.put(message);
  }

  @Override
  public boolean put(Message message) {
    String topic = message.topic();
    byte[] bytes = MessageCodec.toBytes(message);
    long stamp;
    synchronized (lock(topic)) {
      if (!tree.put(message)) {
        return false;
      }
      stamp = stamps.incrementAndGet();
      latest.expect(topic);
    }
    write(topic, stamp, bytes);
    return true;
  }

  @Override
  public void remove(String topic) {
    long stamp;
    synchronized (lock(topic)) {
      // even if there is none: another thread's removal may not be durable yet
      tree.remove(topic);
      stamp = stamps.incrementAndGet();
      latest.expect(topic);
    }
    write(topic, stamp, NONE);
  }

  @Override
  public void expire(Message message) {
    String topic = message.topic();
    long stamp;
    synchronized (lock(topic)) {
      if (!tree.removeMessage(message)) {
        return;
      }
      stamp = stamps.incrementAndGet();
      latest.expect(topic);
    }
    write(topic, stamp, NONE);
  }

  @Override
  public int expire(long now, int most) {
    int removed = 0;
    Message next;
    while (removed < most && (next = tree.firstExpired(now)) != null) {
      expire(next);
      removed++;
    }
    return removed;
  }

  @Override
  public RetainedWalk match(String filter) {
    return tree.match(filter);
  }

  @Override
  public long size() {
    return tree.size();
  }

  private void write(String topic, long stamp, byte[] message) {
    gathering.open().change(new Change.Retain(topic, stamp, message));
  }

  private Object lock(String topic) {
    return locks[(topic.hashCode() & 0x7fff_ffff) % LOCKS];
  }
}

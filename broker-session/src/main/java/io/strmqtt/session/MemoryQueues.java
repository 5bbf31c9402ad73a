package io.strmqtt.session;

import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueueStore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Queues in memory. Each belongs to the session that asked for it, and goes with it. */
final class MemoryQueues implements QueueStore {
  private final AtomicLong lastNumber = new AtomicLong();
  private final LongAdder size = new LongAdder();
  private final AtomicLong bytes = new AtomicLong();
  private final long maxBytes;

  /**
   * @param maxBytes what the messages for all sessions may weigh
   */
  MemoryQueues(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public long nextNumber() {
    return lastNumber.incrementAndGet();
  }

  @Override
  public MessageQueue create(String clientId) {
    return new MemoryQueue(size, bytes);
  }

  @Override
  public long size() {
    return size.sum();
  }

  boolean isFull() {
    return bytes.get() > maxBytes;
  }
}

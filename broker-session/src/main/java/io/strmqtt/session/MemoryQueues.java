package io.strmqtt.session;

import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueueStore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Queues in memory. Each belongs to the session that asked for it, and goes with it. */
final class MemoryQueues implements QueueStore {
  private final AtomicLong lastNumber = new AtomicLong();
  private final LongAdder size = new LongAdder();

  @Override
  public long nextNumber() {
    return lastNumber.incrementAndGet();
  }

  @Override
  public MessageQueue create(String clientId) {
    return new MemoryQueue(size);
  }

  @Override
  public long size() {
    return size.sum();
  }
}

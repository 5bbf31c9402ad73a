package io.strmqtt.session;

import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueuePage;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.api.store.StoredSession;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** One session's messages by number. Handshakes are the engine's: there is no second run. */
final class MemoryQueue implements MessageQueue {
  private final ConcurrentNavigableMap<Long, QueuedMessage> messages =
      new ConcurrentSkipListMap<>();
  private final LongAdder all;
  private final AtomicLong bytes;
  private volatile boolean ended;

  /**
   * @param all counts the messages of all queues
   * @param bytes adds up their weights
   */
  MemoryQueue(LongAdder all, AtomicLong bytes) {
    this.all = all;
    this.bytes = bytes;
  }

  @Override
  public void add(QueuedMessage message) {
    if (messages.put(message.number(), message) == null) {
      all.increment();
      bytes.addAndGet(message.weight());
    }
    if (ended) {
      clear(); // An end that came in between has not seen it.
    }
  }

  @Override
  public void sent(List<StoredSession.Sent> unacknowledged) {}

  @Override
  public void sending(long number, int packetId) {}

  @Override
  public void released(long number, int packetId) {
    remove(number);
  }

  @Override
  public void remove(long number) {
    QueuedMessage removed = messages.remove(number);
    if (removed != null) {
      all.decrement();
      bytes.addAndGet(-removed.weight());
    }
  }

  @Override
  public void received(int packetId) {}

  @Override
  public void forget(int packetId) {}

  @Override
  public void read(long behind, int most, Consumer<QueuePage> then) {
    then.accept(
        QueuePage.of(messages.tailMap(behind, false).values().stream().limit(most).toList(), most));
  }

  @Override
  public void end() {
    ended = true;
    clear();
  }

  private void clear() {
    messages.keySet().forEach(this::remove);
  }
}

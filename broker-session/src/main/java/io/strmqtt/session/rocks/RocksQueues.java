package io.strmqtt.session.rocks;

import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueuePage;
import io.strmqtt.api.store.QueueStore;
import java.util.function.Consumer;

/** All queues that are kept. Their numbers are taken from those of messages: none is used twice. */
final class RocksQueues implements QueueStore {
  private static final byte[] NOTHING = {};

  private final Gathering gathering;
  private final QueueReader reader;
  private final Sweeping sweeping;
  private final Numbers numbers;
  private final Contents contents;

  RocksQueues(
      Gathering gathering,
      QueueReader reader,
      Sweeping sweeping,
      Numbers numbers,
      Contents contents) {
    this.gathering = gathering;
    this.reader = reader;
    this.sweeping = sweeping;
    this.numbers = numbers;
    this.contents = contents;
  }

  @Override
  public long nextNumber() {
    return numbers.next();
  }

  @Override
  public MessageQueue create(String clientId) {
    return createRocks(clientId);
  }

  RocksQueue createRocks(String clientId) {
    RocksQueue queue = new RocksQueue(this, clientId, numbers.next(), 0, 0);
    gathering
        .open()
        .change(new Change.Put(Family.OWNERS, Keys.owner(clientId, queue.number()), NOTHING));
    return queue;
  }

  /**
   * A queue that an earlier run has left.
   *
   * @param bytes of its rows
   */
  RocksQueue restore(String clientId, long number, long messages, long bytes) {
    contents.messages().add(messages);
    contents.bytes().add(bytes);
    return new RocksQueue(this, clientId, number, messages, bytes);
  }

  @Override
  public long size() {
    return contents.messages().sum();
  }

  void count(long more) {
    contents.messages().add(more);
  }

  void weigh(long more) {
    contents.bytes().add(more);
  }

  /**
   * The end of the queue is written; its entries are not gone yet.
   *
   * @param bytes of its rows, which count until they are
   */
  void sweep(long queue, long bytes) {
    sweeping.ended(queue, bytes);
  }

  Gathering gathering() {
    return gathering;
  }

  void read(RocksQueue queue, long behind, int most, Consumer<QueuePage> then) {
    reader.read(queue.number(), behind, most, then);
  }
}

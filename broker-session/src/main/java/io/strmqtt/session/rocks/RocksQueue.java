package io.strmqtt.session.rocks;

import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueuePage;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.session.rocks.record.HandshakeCodec;
import io.strmqtt.session.rocks.record.SentCodec;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The queue of one session: rows whose keys begin with its number. In memory are only how many
 * messages wait, and what is in flight.
 */
final class RocksQueue implements MessageQueue {
  /** Bytes of a row's key, as tables count them. */
  static final int KEY = 2 * Keys.NUMBER + Long.BYTES;

  private static final byte[] NOTHING = {};
  // so far below zero that additions in flight do not lead back
  private static final long GONE = Long.MIN_VALUE / 2;
  // not objects of their own: there may be millions of queues
  private static final AtomicLongFieldUpdater<RocksQueue> SIZE =
      AtomicLongFieldUpdater.newUpdater(RocksQueue.class, "size");
  private static final AtomicLongFieldUpdater<RocksQueue> BYTES =
      AtomicLongFieldUpdater.newUpdater(RocksQueue.class, "bytes");

  private final RocksQueues queues;
  private final String clientId;
  private final long number;
  private volatile long size;
  private volatile long bytes;

  // the owner's: whether each QoS 2 message on its way is released; null while there is none
  private @Nullable Map<Long, Boolean> handshakes;
  private @Nullable Set<Integer> received;
  private boolean hasSent;
  // the committer's
  private boolean ended;

  RocksQueue(RocksQueues queues, String clientId, long number, long size, long bytes) {
    this.queues = queues;
    this.clientId = clientId;
    this.number = number;
    this.size = size;
    this.bytes = bytes;
  }

  long number() {
    return number;
  }

  /** What an earlier run has left in flight; before anything else. */
  void restore(Map<Long, Boolean> handshakes, Collection<Integer> received, boolean hasSent) {
    this.hasSent = hasSent;
    if (!handshakes.isEmpty()) {
      this.handshakes = new HashMap<>(handshakes);
    }
    if (!received.isEmpty()) {
      this.received = new HashSet<>(received);
    }
  }

  @Override
  public void add(QueuedMessage message) {
    if (SIZE.incrementAndGet(this) > 0) {
      queues.count(1);
      queues.gathering().open().add(this, message);
    }
  }

  @Override
  public void sent(List<StoredSession.Sent> unacknowledged) {
    if (!unacknowledged.isEmpty()) {
      put(Family.SENT, Keys.number(number), SentCodec.toBytes(unacknowledged));
      hasSent = true;
    } else if (hasSent) {
      delete(Family.SENT, Keys.number(number));
      hasSent = false;
    }
  }

  @Override
  public void sending(long message, int packetId) {
    handshake(message, packetId, false);
  }

  @Override
  public void released(long message, int packetId) {
    if (handshakes == null || !handshakes.getOrDefault(message, false)) {
      handshake(message, packetId, true);
      takeOut(message);
    }
  }

  @Override
  public void remove(long message) {
    boolean released = false;
    if (handshakes != null) {
      Boolean handshake = handshakes.remove(message);
      if (handshake != null) {
        released = handshake;
        delete(Family.HANDSHAKES, Keys.pair(number, message));
        if (handshakes.isEmpty()) {
          handshakes = null;
        }
      }
    }
    if (!released) {
      takeOut(message);
    }
  }

  @Override
  public void received(int packetId) {
    if (received == null) {
      received = new HashSet<>();
    }
    received.add(packetId);
    // A repeat, too: it is answered when it is durable, and the first may still be under way.
    put(Family.RECEIVED, Keys.received(number, packetId), NOTHING);
  }

  @Override
  public void forget(int packetId) {
    if (received != null && received.remove(packetId)) {
      delete(Family.RECEIVED, Keys.received(number, packetId));
      if (received.isEmpty()) {
        received = null;
      }
    }
  }

  @Override
  public void read(long behind, int most, Consumer<QueuePage> then) {
    queues.read(this, behind, most, then);
  }

  @Override
  public void end() {
    if (handshakes != null) {
      handshakes.keySet().forEach(m -> delete(Family.HANDSHAKES, Keys.pair(number, m)));
      handshakes = null;
    }
    if (received != null) {
      received.forEach(id -> delete(Family.RECEIVED, Keys.received(number, id)));
      received = null;
    }
    sent(List.of());
    delete(Family.OWNERS, Keys.owner(clientId, number));
    long left = SIZE.getAndSet(this, GONE);
    queues.count(-left);
    Unit unit = queues.gathering().open();
    unit.change(new Change.End(this, left > 0));
    long rows = BYTES.getAndSet(this, 0);
    if (left > 0) {
      unit.whenWritten(() -> queues.sweep(number, rows));
    } else {
      queues.weigh(-rows);
    }
  }

  /** The committer's: whatever comes now is not added any more. */
  void ended() {
    ended = true;
  }

  boolean hasEnded() {
    return ended;
  }

  private void handshake(long message, int packetId, boolean released) {
    if (handshakes == null) {
      handshakes = new HashMap<>();
    }
    handshakes.put(message, released);
    put(
        Family.HANDSHAKES,
        Keys.pair(number, message),
        HandshakeCodec.toBytes(new StoredSession.Handshake(message, packetId, released)));
  }

  /** A row has become longer by so many bytes, or is new. Any thread. */
  void weigh(int more) {
    BYTES.addAndGet(this, more);
    queues.weigh(more);
    if (size < 0) {
      queues.weigh(-BYTES.getAndSet(this, 0)); // It ended meanwhile: nothing is added.
    }
  }

  private void takeOut(long message) {
    long messages = SIZE.getAndDecrement(this);
    queues.count(-1);
    // how long this row is was not kept: the mean, so that nothing is left with the last
    long mean = messages <= 0 ? 0 : BYTES.get(this) / messages;
    BYTES.addAndGet(this, -mean);
    queues.weigh(-mean);
    queues.gathering().open().change(new Change.Remove(number, message));
  }

  private void put(Family family, byte[] key, byte[] value) {
    queues.gathering().open().change(new Change.Put(family, key, value));
  }

  private void delete(Family family, byte[] key) {
    queues.gathering().open().change(new Change.Delete(family, key));
  }
}

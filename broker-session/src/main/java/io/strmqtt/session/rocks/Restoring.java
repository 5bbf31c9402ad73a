package io.strmqtt.session.rocks;

import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.StorageException;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.api.store.StoredSession.Handshake;
import io.strmqtt.api.store.StoredSession.Sent;
import io.strmqtt.api.store.StoredWill;
import io.strmqtt.api.store.SubscriptionRecord;
import io.strmqtt.session.rocks.record.Damaged;
import io.strmqtt.session.rocks.record.HandshakeCodec;
import io.strmqtt.session.rocks.record.QueueEntry;
import io.strmqtt.session.rocks.record.SentCodec;
import io.strmqtt.session.rocks.record.SessionCodec;
import io.strmqtt.session.rocks.record.SubscriptionCodec;
import io.strmqtt.session.rocks.record.WillCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Reads what an earlier run has left: first how much each queue holds, then the sessions, whose
 * families are in the same order and are read side by side. Nothing but figures of the queues is in
 * memory. Queues without a session are given to the sweeping.
 */
final class Restoring {
  private static final byte[] NOTHING = {};

  private final Database database;
  private final RocksQueues queues;
  private final Gathering gathering;
  private final Progress progress;
  private final Map<Long, Left> left = new HashMap<>();
  private final CommonParts common = new CommonParts();

  Restoring(Database database, RocksQueues queues, Gathering gathering, LongSupplier nanoTime) {
    this.database = database;
    this.queues = queues;
    this.gathering = gathering;
    this.progress = new Progress(nanoTime);
  }

  /**
   * @throws StorageException if something is damaged
   */
  void run(Consumer<StoredSession> consumer) {
    try {
      database.read(
          open -> {
            readSent(open);
            readQueues(open);
            readHandshakes(open);
            readReceived(open);
            readSessions(open, consumer);
            return true;
          });
    } catch (Damaged e) {
      throw Diagnosis.damaged(database.folder(), progress.where() + ": " + e.getMessage());
    } catch (RocksDBException e) {
      throw Diagnosis.damaged(database.folder(), progress.where() + ": " + Diagnosis.text(e));
    }
    forgetOrphans();
    progress.done();
  }

  private void readSent(Database.Open open) throws RocksDBException {
    try (Rows rows = progress.begin(open, Family.SENT)) {
      for (; rows.isValid(); rows.next()) {
        Map<Long, Integer> sent = new HashMap<>();
        SentCodec.fromBytes(rows.value()).forEach(e -> sent.put(e.number(), e.packetId()));
        left(Keys.first(rows.key())).mayBeSent = sent;
        progress.step();
      }
    }
  }

  private void readQueues(Database.Open open) throws RocksDBException {
    try (Rows rows = progress.begin(open, Family.QUEUE)) {
      for (; rows.isValid(); rows.next()) {
        Left queue = left(Keys.first(rows.key()));
        queue.messages++;
        queue.isThere(Keys.last(rows.key()));
        byte[] entry = rows.value();
        queue.bytes += QueueEntry.fromBytes(entry).weight();
        queue.rowBytes += RocksQueue.KEY + entry.length;
        progress.step();
      }
    }
  }

  private void readHandshakes(Database.Open open) throws RocksDBException {
    try (Rows rows = progress.begin(open, Family.HANDSHAKES)) {
      for (; rows.isValid(); rows.next()) {
        left(Keys.first(rows.key()))
            .add(HandshakeCodec.fromBytes(Keys.last(rows.key()), rows.value()));
        progress.step();
      }
    }
  }

  private void readReceived(Database.Open open) throws RocksDBException {
    try (Rows rows = progress.begin(open, Family.RECEIVED)) {
      for (; rows.isValid(); rows.next()) {
        left(Keys.first(rows.key())).add(Keys.packetId(rows.key()));
        progress.step();
      }
    }
  }

  private void readSessions(Database.Open open, Consumer<StoredSession> consumer)
      throws RocksDBException {
    try (Rows sessions = progress.begin(open, Family.SESSIONS);
        Rows subscriptions = new Rows(open, Family.SUBSCRIPTIONS);
        Rows wills = new Rows(open, Family.WILLS);
        Rows owners = new Rows(open, Family.OWNERS)) {
      for (; sessions.isValid(); sessions.next()) {
        byte[] client = sessions.key();
        SessionRecord session =
            common.of(SessionCodec.fromBytes(Keys.clientId(client), sessions.value()));
        List<SubscriptionRecord> filters = new ArrayList<>();
        for (; isUpTo(client, subscriptions); subscriptions.next()) {
          if (belongs(client, subscriptions)) {
            filters.add(
                SubscriptionCodec.fromBytes(
                    Keys.filter(subscriptions.key()), subscriptions.value()));
          }
        }
        Optional<StoredWill> will = Optional.empty();
        for (; isUpTo(client, wills); wills.next()) {
          if (belongs(client, wills)) {
            will = Optional.of(WillCodec.fromBytes(wills.value()));
          }
        }
        consumer.accept(stored(session, filters, will, owner(client, owners)));
        progress.step();
      }
      while (owners.isValid()) {
        orphan(owners.key());
        owners.next();
      }
    }
  }

  /** The latest queue of the client; 0 if it has none. */
  private long owner(byte[] client, Rows owners) throws RocksDBException {
    byte[] latest = {};
    for (; isUpTo(client, owners); owners.next()) {
      if (latest.length > 0) {
        orphan(latest);
      }
      latest = owners.key();
      if (!belongs(client, owners)) {
        orphan(latest);
        latest = NOTHING;
      }
    }
    return latest.length == 0 ? 0 : Keys.last(latest);
  }

  private StoredSession stored(
      SessionRecord session,
      List<SubscriptionRecord> subscriptions,
      Optional<StoredWill> will,
      long number) {
    Optional<Left> had = Optional.ofNullable(left.remove(number));
    Left queue = had.orElse(Left.NOTHING);
    RocksQueue restored =
        number == 0
            ? queues.createRocks(session.clientId())
            : queues.restore(session.clientId(), number, queue.messages, queue.rowBytes);
    Map<Long, Boolean> handshakes = new HashMap<>();
    queue.handshakes().forEach(h -> handshakes.put(h.number(), h.released()));
    restored.restore(handshakes, queue.received(), !queue.mayBeSent.isEmpty());
    return new StoredSession(
        session,
        List.copyOf(subscriptions),
        will,
        restored,
        queue.messages,
        queue.bytes,
        queue.handshakes(),
        queue.sent(),
        queue.received());
  }

  private void orphan(byte[] owner) {
    gathering.open().change(new Change.Delete(Family.OWNERS, owner));
  }

  /** Queues that no session has: they ended, or their session was never written. */
  private void forgetOrphans() {
    left.forEach(
        (number, queue) -> {
          Unit unit = gathering.open();
          for (Handshake handshake : queue.handshakes()) {
            unit.change(
                new Change.Delete(Family.HANDSHAKES, Keys.pair(number, handshake.number())));
          }
          if (!queue.mayBeSent.isEmpty()) {
            unit.change(new Change.Delete(Family.SENT, Keys.number(number)));
          }
          for (int packetId : queue.received()) {
            unit.change(new Change.Delete(Family.RECEIVED, Keys.received(number, packetId)));
          }
          if (queue.messages > 0) {
            queues.weigh(queue.rowBytes);
            queues.sweep(number, queue.rowBytes);
          }
        });
    left.clear();
  }

  private Left left(long queue) {
    return left.computeIfAbsent(queue, key -> new Left());
  }

  /** Whether the row's client id is the given one, or before it in the order of keys. */
  private static boolean isUpTo(byte[] client, Rows rows) throws RocksDBException {
    if (!rows.isValid()) {
      return false;
    }
    byte[] key = rows.key();
    return Arrays.compareUnsigned(key, 0, Keys.clientEnd(key), client, 0, client.length) <= 0;
  }

  private static boolean belongs(byte[] client, Rows rows) {
    byte[] key = rows.key();
    return Arrays.equals(key, 0, Keys.clientEnd(key), client, 0, client.length);
  }

  /** What a queue has. */
  private static final class Left {
    static final Left NOTHING = new Left();

    long messages;
    long bytes;
    long rowBytes;
    Map<Long, Integer> mayBeSent = Map.of();
    private @Nullable List<Sent> sent;
    private @Nullable List<Handshake> handshakes;
    private @Nullable List<Integer> received;

    void add(Handshake handshake) {
      List<Handshake> all = handshakes;
      if (all == null) {
        all = new ArrayList<>();
        handshakes = all;
      }
      all.add(handshake);
    }

    void add(int packetId) {
      List<Integer> all = received;
      if (all == null) {
        all = new ArrayList<>();
        received = all;
      }
      all.add(packetId);
    }

    /** The message with the number is still in the queue; in the order of numbers. */
    void isThere(long number) {
      Integer packetId = mayBeSent.get(number);
      if (packetId != null) {
        List<Sent> all = sent;
        if (all == null) {
          all = new ArrayList<>();
          sent = all;
        }
        all.add(new Sent(number, packetId));
      }
    }

    List<Sent> sent() {
      return sent == null ? List.of() : List.copyOf(sent);
    }

    List<Handshake> handshakes() {
      return handshakes == null ? List.of() : List.copyOf(handshakes);
    }

    List<Integer> received() {
      return received == null ? List.of() : List.copyOf(received);
    }
  }
}

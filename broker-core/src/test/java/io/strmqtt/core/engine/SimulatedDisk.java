package io.strmqtt.core.engine;

import io.strmqtt.api.Message;
import io.strmqtt.api.Page;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueuePage;
import io.strmqtt.api.store.QueueStore;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.RetainedWalk;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.SessionStore;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.api.store.StoredWill;
import io.strmqtt.api.store.SubscriptionRecord;
import io.strmqtt.api.store.UnauthorizedStore;
import io.strmqtt.session.SessionTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A disk and the stores on it, as the contract of {@link Storage} has them and no better: units are
 * written one after the other, whenever the test lets the disk work, and a power cut takes what was
 * not written.
 */
final class SimulatedDisk {
  /** What is on the disk. */
  private final Map<String, Row> rows = new TreeMap<>();

  private final Map<Long, Queue> queues = new HashMap<>();
  private final Map<String, Message> retained = new HashMap<>();
  private long lastNumber;
  private long lastQueue;
  private Mounted mounted = new Mounted(new SimulatedLoops(1, 0));

  /** A session's row. */
  private static final class Row {
    SessionRecord session;
    long queue;
    Optional<StoredWill> will = Optional.empty();
    final Map<String, SubscriptionRecord> subscriptions = new TreeMap<>();

    Row(SessionRecord session, long queue) {
      this.session = session;
      this.queue = queue;
    }
  }

  /** A session's messages. */
  private static final class Queue {
    final TreeMap<Long, QueuedMessage> messages = new TreeMap<>();
    final TreeMap<Long, StoredSession.Handshake> handshakes = new TreeMap<>();
    final TreeSet<Integer> received = new TreeSet<>();
    List<StoredSession.Sent> sent = List.of();
  }

  private int failingReads;

  /** Topics whose messages cannot be read. */
  final Set<String> damaged = new HashSet<>();

  /** For the next engine; the one before is as if it had never written what was not written. */
  Storage mount(Loops loops) {
    mounted = new Mounted((SimulatedLoops) loops);
    return mounted;
  }

  /** Writes some units, at the most, and says so to those who wait. */
  void write(int units) {
    mounted.write(units);
  }

  /** As many reads as that bring nothing: the disk does not answer. */
  void failReads(int reads) {
    failingReads = reads;
  }

  /** How many messages are on the disk. */
  int messages() {
    return queues.values().stream().mapToInt(queue -> queue.messages.size()).sum();
  }

  /** The stores until the next power cut. */
  private final class Mounted implements Storage, SessionStore, QueueStore {
    private final SimulatedLoops loops;
    private final Map<Object, List<Runnable>> gathered = new HashMap<>();
    private final ArrayDeque<Runnable> sealed = new ArrayDeque<>();
    private final Map<String, Long> queueOf = new HashMap<>();
    private final RetainedStore retainedNow = new MountedRetained();
    private final SessionTable table = new SessionTable();
    private final UnauthorizedStore unauthorized = Stores.memory().unauthorized();

    Mounted(SimulatedLoops loops) {
      this.loops = loops;
    }

    void write(int units) {
      for (int i = 0; i < units && !sealed.isEmpty(); i++) {
        sealed.remove().run();
      }
      loops.settle();
    }

    private void change(Runnable change) {
      gathered.computeIfAbsent(loops.turn(), loop -> new ArrayList<>()).add(change);
    }

    @Override
    public void whenDurable(Runnable then) {
      List<Runnable> unit = gathered.remove(loops.turn());
      if (unit == null) {
        then.run();
      } else {
        sealed.add(
            () -> {
              unit.forEach(Runnable::run);
              then.run();
            });
      }
    }

    @Override
    public void flush() {
      List<Runnable> unit = gathered.remove(loops.turn());
      if (unit != null) {
        sealed.add(() -> unit.forEach(Runnable::run));
      }
    }

    // Sessions.

    @Override
    public void restore(Consumer<StoredSession> consumer) {
      rows.forEach(
          (clientId, row) -> {
            Queue queue = queues.computeIfAbsent(row.queue, number -> new Queue());
            queueOf.put(clientId, row.queue);
            table.add(row.session, List.copyOf(row.subscriptions.values()));
            var left =
                queue.messages.values().stream()
                    .filter(m -> !isReleased(queue, m.number()))
                    .toList();
            consumer.accept(
                new StoredSession(
                    row.session,
                    List.copyOf(row.subscriptions.values()),
                    row.will,
                    new MountedQueue(row.queue),
                    left.size(),
                    left.stream().mapToLong(QueuedMessage::weight).sum(),
                    List.copyOf(queue.handshakes.values()),
                    queue.sent.stream()
                        .filter(each -> queue.messages.containsKey(each.number()))
                        .toList(),
                    List.copyOf(queue.received)));
          });
    }

    @Override
    public void put(SessionRecord session) {
      long queue = queueOf.getOrDefault(session.clientId(), 0L);
      table.put(session);
      change(
          () -> {
            Row row = rows.computeIfAbsent(session.clientId(), id -> new Row(session, queue));
            row.session = session;
            row.queue = queue;
          });
    }

    @Override
    public void remove(String clientId) {
      queueOf.remove(clientId);
      table.remove(clientId);
      change(() -> rows.remove(clientId));
    }

    @Override
    public void putSubscription(String clientId, SubscriptionRecord subscription) {
      table.putSubscription(clientId, subscription);
      change(() -> rows.get(clientId).subscriptions.put(subscription.filter(), subscription));
    }

    @Override
    public void removeSubscription(String clientId, String filter) {
      table.removeSubscription(clientId, filter);
      change(() -> rows.get(clientId).subscriptions.remove(filter));
    }

    @Override
    public void putWill(String clientId, StoredWill will) {
      change(() -> rows.get(clientId).will = Optional.of(will));
    }

    @Override
    public void removeWill(String clientId) {
      change(
          () -> Optional.ofNullable(rows.get(clientId)).ifPresent(r -> r.will = Optional.empty()));
    }

    @Override
    public Optional<SessionRecord> get(String clientId) {
      return table.get(clientId);
    }

    @Override
    public List<SubscriptionRecord> subscriptions(String clientId) {
      return table.subscriptions(clientId);
    }

    @Override
    public Page<SessionRecord> page(Optional<String> cursor, int limit) {
      return table.page(cursor, limit);
    }

    @Override
    public long size() {
      return messages();
    }

    // Queues.

    @Override
    public long nextNumber() {
      return ++lastNumber;
    }

    @Override
    public MessageQueue create(String clientId) {
      long number = ++lastQueue;
      queueOf.put(clientId, number);
      return new MountedQueue(number);
    }

    private boolean isReleased(Queue queue, long number) {
      StoredSession.Handshake handshake = queue.handshakes.get(number);
      return handshake != null && handshake.released();
    }

    private final class MountedQueue implements MessageQueue {
      private final long id;

      MountedQueue(long id) {
        this.id = id;
      }

      private void change(Consumer<Queue> change) {
        Mounted.this.change(() -> change.accept(queues.computeIfAbsent(id, number -> new Queue())));
      }

      @Override
      public void add(QueuedMessage message) {
        change(queue -> queue.messages.put(message.number(), message));
      }

      @Override
      public void sent(List<StoredSession.Sent> unacknowledged) {
        change(queue -> queue.sent = unacknowledged);
      }

      @Override
      public void sending(long number, int packetId) {
        handshake(number, packetId, false);
      }

      @Override
      public void released(long number, int packetId) {
        handshake(number, packetId, true);
      }

      private void handshake(long number, int packetId, boolean released) {
        var handshake = new StoredSession.Handshake(number, packetId, released);
        change(queue -> queue.handshakes.put(number, handshake));
      }

      @Override
      public void remove(long number) {
        change(
            queue -> {
              queue.messages.remove(number);
              queue.handshakes.remove(number);
            });
      }

      @Override
      public void received(int packetId) {
        change(queue -> queue.received.add(packetId));
      }

      @Override
      public void forget(int packetId) {
        change(queue -> queue.received.remove(packetId));
      }

      @Override
      public void read(long behind, int most, Consumer<QueuePage> then) {
        sealed.add(
            () -> {
              Queue queue = queues.getOrDefault(id, new Queue());
              if (failingReads > 0) {
                failingReads--;
                then.accept(new QueuePage(List.of(), QueuePage.Behind.UNREADABLE, true));
                return;
              }
              List<QueuedMessage> found =
                  queue.messages.tailMap(behind, false).values().stream()
                      .filter(message -> !isReleased(queue, message.number()))
                      .limit(most)
                      .toList();
              List<QueuedMessage> readable =
                  found.stream().filter(each -> !damaged.contains(each.message().topic())).toList();
              then.accept(
                  new QueuePage(
                      readable,
                      QueuePage.of(found, most).behind(),
                      readable.size() == found.size()));
            });
      }

      @Override
      public void end() {
        Mounted.this.change(() -> queues.remove(id));
      }
    }

    /** Topics are matched by being equal. */
    private final class MountedRetained implements RetainedStore {
      private final Map<String, Message> now = new HashMap<>(SimulatedDisk.this.retained);

      @Override
      public boolean put(Message message) {
        now.put(message.topic(), message);
        change(() -> SimulatedDisk.this.retained.put(message.topic(), message));
        return true;
      }

      @Override
      public void remove(String topic) {
        now.remove(topic);
        change(() -> SimulatedDisk.this.retained.remove(topic));
      }

      @Override
      public int expire(long until, int most) {
        List<Message> due =
            now.values().stream().filter(each -> each.expiresAt() <= until).limit(most).toList();
        due.forEach(each -> remove(each.topic()));
        return due.size();
      }

      @Override
      public RetainedWalk match(String filter, Executor owner, Runnable ready) {
        Iterator<Message> found = Optional.ofNullable(now.get(filter)).stream().iterator();
        return new RetainedWalk() {
          @Override
          public @Nullable Message next(int steps) {
            return found.hasNext() ? found.next() : null;
          }

          @Override
          public boolean isReading() {
            return false;
          }

          @Override
          public boolean isOver() {
            return !found.hasNext();
          }
        };
      }

      @Override
      public long size() {
        return now.size();
      }
    }

    // The whole.

    @Override
    public SessionStore sessions() {
      return this;
    }

    @Override
    public QueueStore queues() {
      return this;
    }

    @Override
    public RetainedStore retained() {
      return retainedNow;
    }

    @Override
    public UnauthorizedStore unauthorized() {
      return unauthorized;
    }

    @Override
    public boolean isBehind() {
      return false;
    }

    @Override
    public boolean isFull() {
      return false;
    }

    @Override
    public Optional<String> problem() {
      return Optional.empty();
    }

    @Override
    public Map<String, Long> statistics() {
      return Map.of();
    }

    @Override
    public void close() {}
  }
}

package io.strmqtt.core.session;

import io.strmqtt.api.Reason;
import io.strmqtt.api.admin.SessionView;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.SessionStore;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.api.store.StoredWill;
import io.strmqtt.api.store.SubscriptionRecord;
import io.strmqtt.core.Deadlines;
import io.strmqtt.core.routing.Delivery;
import io.strmqtt.core.routing.Subscriber;
import io.strmqtt.core.routing.Subscription;
import io.strmqtt.mqtt.topic.TopicFilter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jctools.queues.atomic.unpadded.MpscLinkedAtomicUnpaddedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A session: a mailbox with an owner. Any thread may {@link #offer} a message or {@link #command}
 * the owner; both only put something into the mailbox and the session on its shard's ready list.
 * Everything else happens on the owner's loop.
 *
 * <p>There may be millions, nearly all absent, so what belongs to a connection or a rare state is
 * made when it is needed, and a session at rest is about a dozen small objects.
 */
public final class Session implements Subscriber {
  private static final AtomicIntegerFieldUpdater<Session> SCHEDULED =
      AtomicIntegerFieldUpdater.newUpdater(Session.class, "scheduled");
  private static final AtomicIntegerFieldUpdater<Session> UNDER_WAY =
      AtomicIntegerFieldUpdater.newUpdater(Session.class, "underWay");

  /** Mail taken in one turn. */
  private static final int MAIL_AT_ONCE = 1024;

  // For all threads.
  private final String clientId;
  private final Sessions sessions;
  private final Broker broker;
  // Unpadded: most have one who writes at a time.
  private final MpscLinkedAtomicUnpaddedQueue<Object> mailbox =
      new MpscLinkedAtomicUnpaddedQueue<>();
  private volatile int scheduled;
  private final Waiting waiting;
  private volatile Shard shard;
  private volatile boolean available;
  private volatile @Nullable MessageQueue queue;
  private volatile int underWay;
  private volatile long received;
  private volatile long receivedBytes;

  // For the owner: valid for the session.
  private final Outbound outbound;
  private final Subscriptions subscriptions = new Subscriptions();
  private final InboundQos2 inboundQos2 = new InboundQos2();
  private @Nullable Absence absence;
  private SessionRecord record;
  private @Nullable Will will;
  private boolean ended;
  private @Nullable Legacy legacy;

  // For the owner: valid for the connection.
  private @Nullable Attachment attachment;
  private @Nullable Attachment arriving;
  private @Nullable Attachment attaching;

  Session(String clientId, Sessions sessions, Shard shard, SessionRecord record) {
    this.clientId = clientId;
    this.sessions = sessions;
    this.broker = sessions.broker();
    this.shard = shard;
    this.record = record;
    this.waiting =
        new Waiting(
            broker.limits(), broker.pending(), shard.deadlines().nanoTime(), broker.clock());
    this.outbound = new Outbound(broker, this, waiting);
  }

  /**
   * Takes up what an earlier run has left: everything but the time that has passed, which comes
   * with {@link #resume}. On the owner's loop, before there are connections.
   */
  void restore(StoredSession stored) {
    queue = stored.queue();
    outbound.keepIn(stored.queue());
    outbound.restore(stored);
    inboundQos2.keepIn(stored.queue());
    stored.received().forEach(inboundQos2::restore);
    will = stored.will().map(it -> new Will(it.message(), it.delay())).orElse(null);
    for (SubscriptionRecord each : stored.subscriptions()) {
      TopicFilter filter = TopicFilter.parse(each.filter());
      if (filter != null) {
        Subscription subscription = Subscription.of(this, filter, each);
        subscriptions.put(subscription);
        broker.router().subscribe(subscription);
        if (each.retainedDue()) {
          outbound.wantRetainedStill(subscription);
        }
      }
    }
    if (record.connected()) { // The run ended before the connection.
      record = record.disconnected(broker.clock().instant(), Reason.BROKER_ENDED);
      broker.storage().sessions().put(record);
    }
  }

  /** All sessions are there: time goes on for this one. On the owner's loop. */
  void resume() {
    long since = record.disconnectedAt().orElseGet(broker.clock()::instant).toEpochMilli();
    long absent = Math.max(0, broker.clock().millis() - since);
    long expiresAfter = TimeUnit.SECONDS.toMillis(record.expiryInterval());
    if (record.expiryInterval() < SessionRecord.NEVER && absent >= expiresAfter) {
      end();
      return;
    }
    if (record.expiryInterval() < SessionRecord.NEVER) {
      absence().expireIn(TimeUnit.MILLISECONDS.toNanos(expiresAfter - absent), this::end);
    }
    Will due = will;
    if (due != null) {
      long left = TimeUnit.SECONDS.toMillis(due.delay()) - absent;
      if (left <= 0) {
        publishWill();
      } else {
        absence().publishWillIn(TimeUnit.MILLISECONDS.toNanos(left), this::publishWill);
      }
    }
  }

  @Override
  public String clientId() {
    return clientId;
  }

  @Override
  public boolean isAvailable() {
    return available && !waiting.isHoldingBack();
  }

  @Override
  public boolean isPersistent() {
    return queue != null;
  }

  @Override
  public boolean isHoldingBack() {
    return available && waiting.isHoldingBack();
  }

  @Override
  public boolean offer(Delivery delivery) {
    if (delivery.qos() == 0 && !available) {
      waiting.refuse();
      broker.drops().dropped(clientId, Reason.QOS0_OFFLINE, 1);
      return false;
    }
    if (delivery.qos() == 0 && waiting.hasNoRoomForQos0()) {
      waiting.refuse();
      broker.drops().dropped(clientId, Reason.QOS0_SLOW_SUBSCRIBER, 1);
      return false;
    }
    if (!hasRoomFor(delivery)) {
      return false;
    }
    return deliver(delivery);
  }

  /** Counts the message in; the owner makes room for it if it is to take an older one's place. */
  private boolean hasRoomFor(Delivery delivery) {
    if (available ? waiting.enter(delivery) : waiting.enterAbsent(delivery)) {
      return true;
    }
    if (waiting.asksWhatHasExpired()) {
      command(outbound::dropExpired);
    }
    broker.drops().dropped(clientId, Reason.QUEUE_FULL, 1);
    return false;
  }

  @Override
  public boolean keep(Delivery delivery) {
    MessageQueue to = queue;
    if (to == null || !available && broker.storage().isFull()) {
      waiting.refuse();
      broker.drops().dropped(clientId, Reason.STORE_FULL, 1);
      return false;
    }
    if (!hasRoomFor(delivery)) {
      return false;
    }
    UNDER_WAY.incrementAndGet(this);
    to.add(delivery.toQueued(broker.storage().queues()));
    return true;
  }

  /** Whether there may be messages in the queue that the owner has not taken out of the mailbox. */
  boolean hasMailUnderWay() {
    return underWay > 0;
  }

  @Override
  public boolean deliver(Delivery delivery) {
    mailbox.offer(delivery);
    schedule();
    return waiting.asksToSlowDown() && available;
  }

  /**
   * Has the owner run the task once what this thread has gathered for the store is durable, and
   * then write what that has brought.
   */
  void whenDurable(Runnable task) {
    broker
        .storage()
        .whenDurable(
            () -> {
              if (shard.inLoop()) {
                task.run();
              } else {
                command(task::run);
              }
            });
  }

  /** Has the owner do something, in the mailbox's order. */
  void command(Runnable command) {
    mailbox.offer(command);
    schedule();
  }

  /** Has the owner run the task in so many nanoseconds. For the owner. */
  void later(long nanos, Runnable task) {
    // By then, the session may be on another loop.
    shard.deadlines().set(new Deadlines.Entry(() -> command(task::run)), nanos);
  }

  private void schedule() {
    if (scheduled == 0 && SCHEDULED.compareAndSet(this, 0, 1)) {
      shard.ready(this);
    }
  }

  /** Empties the mailbox; called by a shard that finds the session on its ready list. */
  void drain(Shard here) {
    if (shard != here) {
      shard.ready(this); // It moved while it was on the list.
      return;
    }
    scheduled = 0;
    // A hand-over ends this owner's turn, or, if the session stays on the loop, comes to its
    // arrival before any further mail: a second claim must find the first one attached.
    int most = MAIL_AT_ONCE;
    while (shard == here) {
      Attachment next = arriving;
      if (next != null) {
        arriving = null;
        attach(next, true);
        continue;
      }
      if (most-- == 0) {
        schedule();
        break;
      }
      Object mail = mailbox.poll();
      if (mail == null) {
        break;
      }
      if (mail instanceof Delivery delivery) {
        take(delivery);
      } else {
        ((Runnable) mail).run();
      }
    }
    if (shard == here) {
      send();
    } else {
      schedule();
    }
    broker.storage().flush();
  }

  private void take(Delivery delivery) {
    if (delivery.qos() > 0 && queue != null) {
      UNDER_WAY.decrementAndGet(this);
    }
    if (!ended) {
      outbound.add(delivery);
      if (waiting.isOver()) {
        outbound.makeRoom();
      } else if (waiting.isCrowded()) {
        outbound.dropExpired();
      }
      return;
    }
    waiting.leave(delivery);
    if (legacy != null && delivery.number() > 0 && !legacy.claim(delivery.number())) {
      return;
    }
    if (delivery.shared() == null || !broker.router().redispatch(delivery)) {
      outbound.drop(Reason.SESSION_ENDED);
    }
  }

  /**
   * Gives this session to another connection: closes the present one, and moves to the new one's
   * loop if that is another.
   */
  void handOver(Sessions.Claim claim, Shard to) {
    Attachment old = attachment;
    if (old != null) {
      detach(old, Reason.TAKEN_OVER, true);
      old.detached(Reason.TAKEN_OVER); // 3.1.4-3; nothing follows it (3.14.4-1)
    }
    dismissArrival(Reason.TAKEN_OVER);
    boolean someoneElse = !claim.attachment().record().username().equals(record.username());
    if ((claim.cleanStart() || someoneElse) && !ended) {
      end(); // 3.1.2-4; and what waits for one user is not another's
    }
    if (ended) {
      to.execute(() -> sessions.claim(claim, to));
      return;
    }
    endAbsence(); // 3.1.3-9
    will = null;
    arriving = claim.attachment();
    broker.storage().flush(); // What this loop has told the store comes before what the next tells.
    shard = to;
  }

  private void dismissArrival(Reason reason) {
    Attachment arrival = attaching;
    attaching = null;
    if (arrival != null) {
      arrival.detached(reason);
    }
  }

  /** Joins the session and a connection, on the loop of both. */
  void attach(Attachment next, boolean present) {
    record = next.record();
    attaching = next;
    if (record.expiryInterval() > 0 && queue == null) {
      MessageQueue fresh = broker.storage().queues().create(clientId);
      outbound.keepIn(fresh);
      inboundQos2.keepIn(fresh);
      queue = fresh;
    }
    SessionStore store = broker.storage().sessions();
    store.put(record);
    if (next.will().isEmpty()) {
      store.removeWill(clientId);
    } else if (queue != null || broker.storage().problem().isEmpty()) {
      // A store that cannot write does not keep out clients that have nothing kept but a will.
      next.will().ifPresent(w -> store.putWill(clientId, new StoredWill(w.message(), w.delay())));
    }
    Shard here = shard;
    broker.storage().whenDurable(() -> here.execute(() -> attachDurably(next, present)));
  }

  private void attachDurably(Attachment next, boolean present) {
    if (attaching != next) {
      return; // Taken over while the store was writing.
    }
    attaching = null;
    attachment = next;
    will = next.will().orElse(null);
    if (!next.outbox().connection().isOpen()) {
      // It left while it waited: nobody has seen a CONNACK.
      detach(next, Reason.CONNECTION_LOST, false);
      return;
    }
    next.attached(this, present);
    available = true;
    outbound.connect(next);
    send();
    next.started();
  }

  /**
   * The connection has ended.
   *
   * @param withWill whether its will is due (3.1.2-8), or was cancelled by DISCONNECT (3.1.2-10)
   */
  public void detach(Attachment from, Reason reason, boolean withWill) {
    if (attachment != from) {
      return;
    }
    attachment = null;
    available = false;
    inboundQos2.trim();
    outbound.disconnect();
    lag(false, false);
    waiting.beginAbsence();
    record = record.disconnected(broker.clock().instant(), reason);
    Will due = will;
    if (due == null) {
      will = null;
    } else if (!withWill) {
      will = null;
      broker.storage().sessions().removeWill(clientId);
    } else if (due.delay() == 0 || record.expiryInterval() == 0) {
      publishWill();
    } else {
      absence().publishWillIn(TimeUnit.SECONDS.toNanos(due.delay()), this::publishWill);
    }
    if (record.expiryInterval() == 0) {
      end();
    } else {
      broker.storage().sessions().put(record);
      if (record.expiryInterval() < SessionRecord.NEVER) {
        absence().expireIn(TimeUnit.SECONDS.toNanos(record.expiryInterval()), this::end);
      }
    }
  }

  /** Changes the session expiry interval in seconds, as a DISCONNECT may (3.14.2.2.2). */
  public void expireAfter(long seconds) {
    record = record.expiringAfter(seconds);
  }

  private Absence absence() {
    Absence now = absence;
    if (now == null) {
      now = new Absence(shard.deadlines());
      absence = now;
    }
    return now;
  }

  private void endAbsence() {
    if (absence != null) {
      absence.end();
      absence = null;
    }
  }

  private void publishWill() {
    Will due = will;
    if (due != null) {
      will = null;
      broker.storage().sessions().removeWill(clientId);
      Authorizer.Subject owner =
          new Authorizer.Subject(clientId, record.username(), record.endpoint());
      sessions.publisher().publishWill(due, owner);
    }
  }

  private void end() {
    ended = true;
    endAbsence();
    publishWill(); // 3.1.2-8: the end of the session comes before the will delay
    new Withdrawal(shard, broker.router(), subscriptions.all()).begin();
    Outbound.Left left = outbound.end(broker.router()::redispatch);
    broker.storage().sessions().remove(clientId);
    MessageQueue from = queue;
    if (from != null) {
      legacy = Legacy.of(this, broker, from, subscriptions.shared(), left);
    }
    subscriptions.clear();
    // Before another session of the client id tells the store of itself.
    broker.storage().flush();
    sessions.remove(this);
  }

  /** The subscription with the filter; null if there is none. */
  public @Nullable Subscription subscription(String filter) {
    return subscriptions.get(filter);
  }

  /** Whether one with the filter may be added, or replaced. */
  public boolean hasRoomFor(TopicFilter filter) {
    return subscriptions.hasRoomFor(filter.full(), broker.limits());
  }

  /** Adds the subscription or replaces the one with its filter (3.8.4-3). */
  public void subscribe(Subscription subscription) {
    subscriptions.put(subscription);
    broker.router().subscribe(subscription);
    broker.storage().sessions().putSubscription(clientId, subscription.toRecord());
  }

  /** Removes the subscription; false if there was none. */
  public boolean unsubscribe(String filter) {
    Subscription subscription = subscriptions.remove(filter);
    if (subscription == null) {
      return false;
    }
    outbound.forgetRetained(filter);
    broker.router().unsubscribe(subscription);
    broker.storage().sessions().removeSubscription(clientId, filter);
    return true;
  }

  /** Has the retained messages that match new subscriptions sent, behind what waits now. */
  public void deliverRetained(List<Subscription> fresh) {
    for (Subscription each : fresh) {
      if (subscriptions.get(each.filter().full()) == each) {
        outbound.wantRetained(each);
      }
    }
    send();
  }

  public Outbound outbound() {
    return outbound;
  }

  /**
   * Writes what the client can take; called when there is mail, and when the socket has become
   * writable.
   */
  public void send() {
    outbound.send();
  }

  /**
   * Notes whether the client is behind with what is in memory for it.
   *
   * @param more whether there is something to send when others have had their turn
   */
  void lag(boolean behind, boolean more) {
    if (waiting.lag(behind, outbound.sentBytes())) {
      broker.pending().laggards().note(this, behind);
    }
    if (more) {
      schedule();
    }
  }

  /** Has QoS 0 messages that wait dropped; any thread. */
  void dropQos0() {
    command(outbound::dropQos0);
  }

  /** Bytes of all messages that wait; any thread. */
  long waitingBytes() {
    return Math.max(waiting.bytes(), waiting.held());
  }

  /** QoS 2 publications of the client that are not released. For the owner. */
  public InboundQos2 inboundQos2() {
    return inboundQos2;
  }

  /** Counts a PUBLISH from the client. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer, the owner.
  public void countReceived(int bytes) {
    received = received + 1;
    receivedBytes = receivedBytes + bytes;
  }

  /** Ends the connection, if there is one; any thread. */
  public void disconnect(Reason reason) {
    command(() -> disconnectNow(reason));
  }

  private void disconnectNow(Reason reason) {
    Attachment now = attachment;
    if (now != null) {
      detach(now, reason, true);
      now.detached(reason);
    }
  }

  /** Ends the session, with its connection, and runs the task once the store knows; any thread. */
  void delete(Runnable then) {
    command(
        () -> {
          record = record.expiringAfter(0);
          dismissArrival(Reason.ADMINISTRATIVE);
          disconnectNow(Reason.ADMINISTRATIVE);
          if (!ended) {
            end();
          }
          broker.storage().whenDurable(then);
        });
  }

  /** The counters, as exact as an observer on another thread can have them. Any thread. */
  public SessionView.Counters counters() {
    return new SessionView.Counters(
        received,
        receivedBytes,
        outbound.sent(),
        outbound.sentBytes(),
        outbound.dropped() + waiting.refused(),
        Math.max(0, waiting.messages() - outbound.inFlight()),
        outbound.inFlight());
  }
}

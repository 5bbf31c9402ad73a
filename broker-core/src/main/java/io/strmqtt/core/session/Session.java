package io.strmqtt.core.session;

import io.strmqtt.api.Reason;
import io.strmqtt.api.admin.SessionView;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.core.Deadlines.Entry;
import io.strmqtt.core.routing.Delivery;
import io.strmqtt.core.routing.Publication;
import io.strmqtt.core.routing.Subscriber;
import io.strmqtt.core.routing.Subscription;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * A session: a mailbox with an owner. Any thread may {@link #offer} a message or {@link #command}
 * the owner; both only put something into the mailbox and the session on its shard's ready list.
 * Everything else happens on the owner's loop.
 */
public final class Session implements Subscriber {
  private static final int MAILBOX_CHUNK = 16;

  // For all threads.
  private final String clientId;
  private final Sessions sessions;
  private final Broker broker;
  private final MpscUnboundedAtomicArrayQueue<Object> mailbox =
      new MpscUnboundedAtomicArrayQueue<>(MAILBOX_CHUNK);
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Waiting waiting;
  private volatile Shard shard;
  private volatile boolean available;
  private volatile boolean persistent;
  private volatile long received;
  private volatile long receivedBytes;

  // For the owner: valid for the session.
  private final Outbound outbound;
  private final Map<String, Subscription> subscriptions = new HashMap<>();
  private final BitSet inboundQos2 = new BitSet();
  private final LinkedHashMap<String, Subscription> retainedWanted = new LinkedHashMap<>();
  private final Entry expiry = new Entry(this::end);
  private final Entry willDelay = new Entry(this::publishWill);
  private SessionRecord record;
  private @Nullable Will will;
  private boolean ended;

  // For the owner: valid for the connection.
  private @Nullable Attachment attachment;
  private @Nullable Attachment arriving;
  private @Nullable Attachment attaching;

  /** Something for the owner to do. */
  interface Command extends Runnable {}

  Session(String clientId, Sessions sessions, Shard shard, SessionRecord record) {
    this.clientId = clientId;
    this.sessions = sessions;
    this.broker = sessions.broker();
    this.shard = shard;
    this.record = record;
    this.waiting = new Waiting(broker.limits(), broker.pending(), shard.deadlines()::now);
    this.outbound = new Outbound(broker, waiting);
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
    return persistent;
  }

  @Override
  public boolean isHoldingBack() {
    return available && waiting.isHoldingBack();
  }

  @Override
  public boolean offer(Delivery delivery) {
    if (delivery.qos() == 0 && !available) {
      waiting.refuse();
      broker.counters().count(Reason.QOS0_OFFLINE);
      return false;
    }
    if (!waiting.enter(delivery, available)) {
      broker.counters().count(Reason.QUEUE_FULL);
      return false;
    }
    mailbox.offer(delivery);
    schedule();
    return waiting.asksToSlowDown() && available;
  }

  /** Has the owner do something, in the mailbox's order. */
  void command(Command command) {
    mailbox.offer(command);
    schedule();
  }

  private void schedule() {
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      shard.ready(this);
    }
  }

  /** Empties the mailbox; called by a shard that finds the session on its ready list. */
  void drain(Shard here) {
    if (shard != here) {
      shard.ready(this); // It moved while it was on the list.
      return;
    }
    scheduled.set(false);
    // A hand-over ends this owner's turn, or, if the session stays on the loop, comes to its
    // arrival before any further mail: a second claim must find the first one attached.
    while (shard == here) {
      Attachment next = arriving;
      if (next != null) {
        arriving = null;
        attach(next, true);
        continue;
      }
      Object mail = mailbox.poll();
      if (mail == null) {
        break;
      }
      if (mail instanceof Delivery delivery) {
        take(delivery);
      } else {
        ((Command) mail).run();
      }
    }
    if (shard == here) {
      send();
      waiting.report(available);
    } else {
      schedule();
    }
  }

  private void take(Delivery delivery) {
    if (!ended) {
      outbound.add(delivery);
      return;
    }
    waiting.leave(delivery);
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
    if (attaching != null) {
      attaching.detached(Reason.TAKEN_OVER);
      attaching = null;
    }
    boolean someoneElse = !claim.attachment().record().username().equals(record.username());
    if ((claim.cleanStart() || someoneElse) && !ended) {
      end(); // 3.1.2-4; and what waits for one user is not another's
    }
    if (ended) {
      to.execute(() -> sessions.claim(claim, to));
      return;
    }
    shard.deadlines().cancel(expiry);
    shard.deadlines().cancel(willDelay); // 3.1.3-9
    will = null;
    arriving = claim.attachment();
    shard = to;
  }

  /** Joins the session and a connection, on the loop of both. */
  void attach(Attachment next, boolean present) {
    record = next.record();
    attaching = next;
    Shard here = shard;
    broker.storage().sessions().put(record);
    broker.storage().whenDurable(() -> here.execute(() -> attachDurably(next, present)));
  }

  private void attachDurably(Attachment next, boolean present) {
    if (attaching != next) {
      return; // Taken over while the store was writing.
    }
    attaching = null;
    attachment = next;
    persistent = record.expiryInterval() > 0;
    will = next.will().orElse(null);
    if (!next.outbox().connection().isOpen()) {
      detach(
          next,
          Reason.CONNECTION_LOST,
          false); // It left while it waited: nobody has seen a CONNACK.
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
    outbound.disconnect();
    record =
        new SessionRecord(
            clientId,
            record.username(),
            record.version(),
            false,
            record.endpoint(),
            record.cleanStart(),
            record.keepAlive(),
            record.expiryInterval(),
            record.connectedAt(),
            Optional.of(broker.clock().instant()),
            Optional.of(reason));
    Will due = will;
    if (!withWill || due == null) {
      will = null;
    } else if (due.delay() == 0 || record.expiryInterval() == 0) {
      publishWill();
    } else {
      shard.deadlines().set(willDelay, TimeUnit.SECONDS.toNanos(due.delay()));
    }
    if (record.expiryInterval() == 0) {
      end();
    } else {
      waiting.report(false);
      broker.storage().sessions().put(record);
      if (record.expiryInterval() < SessionRecord.NEVER) {
        shard.deadlines().set(expiry, TimeUnit.SECONDS.toNanos(record.expiryInterval()));
      }
    }
  }

  /** Changes the session expiry interval in seconds, as a DISCONNECT may (3.14.2.2.2). */
  public void expireAfter(long seconds) {
    SessionRecord r = record;
    record =
        new SessionRecord(
            clientId,
            r.username(),
            r.version(),
            r.connected(),
            r.endpoint(),
            r.cleanStart(),
            r.keepAlive(),
            seconds,
            r.connectedAt(),
            r.disconnectedAt(),
            r.disconnectReason());
    persistent = seconds > 0;
  }

  private void publishWill() {
    Will due = will;
    if (due != null) {
      will = null;
      sessions.publisher().publishWill(due, subject());
    }
  }

  private Authorizer.Subject subject() {
    return new Authorizer.Subject(clientId, record.username(), record.endpoint());
  }

  private void end() {
    ended = true;
    shard.deadlines().cancel(expiry);
    shard.deadlines().cancel(willDelay);
    publishWill(); // 3.1.2-8: the end of the session comes before the will delay
    subscriptions.values().forEach(broker.router()::unsubscribe);
    subscriptions.clear();
    outbound.end(broker.router()::redispatch);
    waiting.report(false);
    broker.storage().sessions().remove(clientId);
    sessions.remove(this);
  }

  /** The subscription with the filter; null if there is none. */
  public @Nullable Subscription subscription(String filter) {
    return subscriptions.get(filter);
  }

  /** How many filters the session is subscribed to. */
  public int subscriptionCount() {
    return subscriptions.size();
  }

  /** Adds the subscription or replaces the one with its filter (3.8.4-3). */
  public void subscribe(Subscription subscription) {
    subscriptions.put(subscription.filter().full(), subscription);
    broker.router().subscribe(subscription);
    broker.storage().sessions().putSubscription(clientId, subscription.toRecord());
  }

  /** Removes the subscription; false if there was none. */
  public boolean unsubscribe(String filter) {
    Subscription subscription = subscriptions.remove(filter);
    if (subscription == null) {
      return false;
    }
    broker.router().unsubscribe(subscription);
    broker.storage().sessions().removeSubscription(clientId, filter);
    return true;
  }

  /**
   * Has the retained messages that match a new subscription delivered, behind what was written
   * before: one subscription's at a time, the next when those have left, so that subscribing
   * without reading does not pile them up.
   */
  public void deliverRetained(Subscription subscription) {
    retainedWanted.put(subscription.filter().full(), subscription);
    send();
  }

  private void queueRetained(Subscription subscription) {
    if (subscriptions.get(subscription.filter().full()) != subscription) {
      return; // Replaced or gone since.
    }
    long now = broker.clock().millis();
    RetainedStore store = broker.retained();
    store.match(
        subscription.filter().filter(),
        message -> {
          if (message.expiresAt() <= now) {
            store.expire(message);
          } else if (!(subscription.noLocal() && message.publisher().equals(clientId))) {
            Delivery delivery = Delivery.ofRetained(new Publication(message), subscription);
            waiting.enterAnyway(delivery);
            outbound.add(delivery);
          }
        });
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
    while (attachment != null && !retainedWanted.isEmpty() && outbound.isIdle()) {
      queueRetained(retainedWanted.pollFirstEntry().getValue());
      outbound.send();
    }
  }

  /**
   * Writes what waited for acknowledgements; called when those that one read brought are handled.
   */
  public void sendHeld() {
    if (outbound.hasRoomForHeld() || !retainedWanted.isEmpty()) {
      send();
    }
  }

  /** Packet identifiers of QoS 2 publications received and not yet released (4.3.3-10). */
  public BitSet inboundQos2() {
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
    command(
        () -> {
          Attachment now = attachment;
          if (now != null) {
            detach(now, reason, true);
            now.detached(reason);
          }
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

package io.strmqtt.core.session;

import io.strmqtt.api.Reason;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.core.routing.Delivery;
import io.strmqtt.core.routing.Subscription;
import io.strmqtt.core.session.InFlight.Awaits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The way of messages to one client: what waits in the store, the window of unacknowledged ones,
 * and the QoS 1 and 2 handshakes of a sender (4.3.2, 4.3.3). What waits to be written lasts as long
 * as the connection: that is {@link Sending}. On the session's loop only.
 *
 * <p>Of a session that is kept, a QoS 2 message is sent, and released, only when the store has its
 * packet identifier and state: after a crash the client must not take it for another message.
 */
public final class Outbound {
  /** With fewer messages in memory, the next page of the backlog is read. */
  private static final int LOW = Backlog.PAGE / 2;

  private final Broker broker;
  private final Session session;
  private final Waiting waiting;
  private final Backlog backlog;
  private final InFlight inFlight = new InFlight();
  private @Nullable MessageQueue kept;
  private @Nullable Sending sending;

  /** Null while there is nothing in it, as for nearly all sessions. */
  private @Nullable RetainedWanted retained;

  /** As many messages have to be sent or dropped before retained ones are. */
  private long retainedBehind;

  /** What a connection has left of a session that is not kept, and so ends with it. */
  private List<Delivery> unsent = List.of();

  private long sent;
  private long sentBytes;
  private long dropped;

  Outbound(Broker broker, Session session, Waiting waiting) {
    this.broker = broker;
    this.session = session;
    this.waiting = waiting;
    this.backlog = new Backlog(session);
  }

  /** From now on the session's messages have a queue in the store. */
  void keepIn(MessageQueue messages) {
    kept = messages;
  }

  /** Takes up what an earlier run of the broker has left in the store. */
  void restore(StoredSession stored) {
    int released = 0;
    Iterator<StoredSession.Sent> sent = stored.sent().iterator();
    StoredSession.Sent next = nextOf(sent);
    for (StoredSession.Handshake each : stored.inFlight()) {
      while (next != null && next.number() < each.number()) { // In the order they were sent.
        inFlight.restoreSent(next.number(), next.packetId());
        next = nextOf(sent);
      }
      inFlight.restore(each.number(), each.packetId(), each.released());
      released += each.released() ? 1 : 0;
    }
    for (; next != null; next = nextOf(sent)) {
      inFlight.restoreSent(next.number(), next.packetId());
    }
    int begun = inFlight.size() - released;
    waiting.restore((int) stored.messages() + released, stored.bytes());
    backlog.open((int) stored.messages() - begun);
  }

  private static StoredSession.@Nullable Sent nextOf(Iterator<StoredSession.Sent> sent) {
    return sent.hasNext() ? sent.next() : null;
  }

  void connect(Attachment attachment) {
    Sending next = new Sending(this, broker, session, inFlight, kept, attachment);
    sending = next;
    next.begin();
  }

  void disconnect() {
    Sending ended = sending;
    if (ended == null) {
      return;
    }
    List<Delivery> left = ended.end();
    sending = null;
    if (kept == null) {
      unsent = left;
    } else {
      inFlight.unload();
      backlog.open(left.size());
    }
  }

  /** Whether it is this one that sends: the connection it was made for is still there. */
  boolean isBy(Sending one) {
    return sending == one;
  }

  /** Takes a message that was counted in. */
  void add(Delivery delivery) {
    if (delivery.qos() > 0 && backlog.hasRead(delivery)) {
      return;
    }
    if (delivery.qos() > 0 && backlog.isOpen()) {
      backlog.add(delivery);
    } else if (sending != null) {
      sending.add(delivery);
    } else if (delivery.qos() > 0) {
      backlog.open(1); // Nothing of an absent session is in memory.
    } else {
      waiting.leave(delivery);
      drop(Reason.QOS0_OFFLINE);
    }
  }

  /** Drops the oldest messages that are not on their way, as many as there are too many. */
  void makeRoom() {
    while (waiting.isOver()) {
      if ((sending == null || !sending.isHolding()) && backlog.isOpen() && kept != null) {
        backlog.dropOldest(kept, waiting.excess());
        return;
      }
      Delivery oldest = sending == null ? null : sending.pollOldest();
      if (oldest == null) {
        return;
      }
      forget(oldest);
      drop(Reason.QUEUE_FULL);
    }
  }

  /** Drops what has expired in the store: it takes the room of others. */
  void dropExpired() {
    if (backlog.isOpen() && kept != null) {
      backlog.dropExpired(kept, waiting);
    }
  }

  /** A message of the backlog that is not to be sent any more. */
  void dropped(QueuedMessage message) {
    waiting.leave(message.weight());
    if (kept != null) {
      kept.remove(message.number());
    }
    drop(isExpired(message) ? Reason.MESSAGE_EXPIRED : Reason.QUEUE_FULL);
  }

  boolean isExpired(QueuedMessage message) {
    long expiresAt = message.message().expiresAt();
    return expiresAt < Long.MAX_VALUE && broker.clock().millis() >= expiresAt;
  }

  /** Takes a page of the backlog, or the end of it. */
  void loaded(List<Delivery> page) {
    Sending now = sending;
    if (now == null) {
      return; // Only a connection has pages read.
    }
    for (Delivery delivery : page) {
      InFlight.Entry entry = inFlight.load(delivery);
      if (entry == null) {
        now.hold(delivery);
      } else {
        now.loaded(entry, delivery);
      }
    }
    if (!backlog.isOpen()) {
      for (InFlight.Entry lost : inFlight.unloaded()) {
        if (backlog.isDamaged()) {
          lost.isUnreadable = true; // It stays: the operator may have the store mended.
        } else {
          settle(lost); // The store has lost it.
          drop(Reason.MESSAGE_LOST);
        }
      }
    }
  }

  /** Has the retained messages that match a new subscription sent, behind what waits now. */
  void wantRetained(Subscription subscription) {
    wantRetained(subscription, false);
  }

  /** Has those sent that an earlier run of the broker has not. */
  void wantRetainedStill(Subscription subscription) {
    wantRetained(subscription, true);
  }

  private void wantRetained(Subscription subscription, boolean noted) {
    RetainedWanted wanted = retained;
    if (wanted == null) {
      wanted = new RetainedWanted(broker, session, kept != null);
      retained = wanted;
    }
    wanted.add(subscription, noted);
    retainedBehind = sent + dropped + waiting.messages() - inFlight.size();
  }

  /** The subscription with the filter is gone, or another has taken its place. */
  void forgetRetained(String filter) {
    if (retained != null) {
      retained.remove(filter);
      retainedWentOn();
    }
  }

  /** Retained messages whose turn it may be; null if there are none. */
  @Nullable RetainedWanted dueRetained() {
    return retained != null && (sent + dropped >= retainedBehind || isIdle()) ? retained : null;
  }

  /** The walk has come further, perhaps to its end. */
  void retainedWentOn() {
    if (retained != null && retained.isEmpty()) {
      retained = null;
    }
  }

  /** Notes a retained message that is about to be sent. */
  void keepRetained(Delivery delivery) {
    waiting.enterRetained(delivery.weight());
    if (kept != null) {
      kept.add(delivery.toQueued(broker.storage().queues()));
      if (delivery.qos() == 2) {
        broker.storage().flush(); // Before its packet identifier is noted.
      }
      backlog.skip(delivery.number()); // No page need bring it.
    }
  }

  /** Writes what the client can take now. */
  void send() {
    Sending now = sending;
    if (now == null) {
      return;
    }
    boolean walks = retained != null;
    boolean more = now.send();
    if (walks && kept != null) {
      if (retained != null) {
        retained.note();
      }
      broker.storage().flush(); // Before what the client says of what it gets.
    }
    if (kept != null && now.wantsMore(LOW)) {
      backlog.readOn(kept);
    }
    waiting.relax();
    now.flush();
    if (sending == now) {
      session.lag(!now.isIdle() || now.isInPart(), more);
    }
  }

  /** The connection's way out is blocked: what the socket has not taken counts. */
  public void blocked() {
    Sending now = sending;
    if (now != null) {
      now.report();
    }
  }

  /** So many bytes of messages are in memory for the connection. */
  void holds(long bytes) {
    waiting.holds(bytes);
  }

  /** Drops the QoS 0 messages that wait: memory is short, and the client is behind. */
  void dropQos0() {
    if (sending != null) {
      sending.dropQos0();
    }
  }

  /** PUBACK; also settles what was refused. */
  public void acknowledged(int packetId) {
    InFlight.Entry entry = inFlight.get(packetId);
    if (entry != null && entry.awaits == Awaits.PUBACK) {
      settle(entry);
    }
  }

  /**
   * PUBREC: answers PUBREL (4.3.3-4), also with 0x92 for what is not known; a refusal settles
   * (4.4.0-2).
   */
  public void received(int packetId, boolean refused) {
    InFlight.Entry entry = inFlight.get(packetId);
    Sending now = sending;
    if (now == null) {
      return;
    }
    if (entry == null || entry.awaits == Awaits.PUBACK) {
      if (!refused) {
        now.releaseUnknown(packetId);
      }
    } else if (refused) {
      settle(entry);
    } else {
      now.release(entry);
    }
  }

  /** PUBCOMP. */
  public void completed(int packetId) {
    InFlight.Entry entry = inFlight.get(packetId);
    if (entry != null && entry.awaits == Awaits.PUBCOMP) {
      settle(entry);
    }
  }

  void settle(InFlight.Entry entry) {
    inFlight.remove(entry);
    leave(entry);
    if (kept != null) {
      kept.remove(entry.number);
      backlog.skip(entry.number);
    }
    waiting.relax();
    if (sending != null) {
      sending.giveBack(entry);
    }
  }

  private void leave(InFlight.Entry entry) {
    if (entry.isRetained) {
      waiting.leaveRetained(entry.weight);
    } else {
      waiting.leave(entry.weight);
    }
  }

  /** The client has the message, and the store is told: no page need bring it. */
  void released(InFlight.Entry entry) {
    backlog.skip(entry.number);
  }

  /** The store knows that the message is released: PUBREL, on whatever connection there is now. */
  void releasedDurably(InFlight.Entry entry) {
    entry.isReleasing = false;
    if (sending != null && inFlight.get(entry.packetId) == entry) {
      sending.writePubrel(entry);
    }
  }

  /**
   * Writes what waited for acknowledgements; called when those that one read brought are handled.
   */
  public void sendHeld() {
    if (retained != null || sending != null && sending.hasRoomForHeld()) {
      send();
    }
  }

  /** Whether nothing waits to be written. */
  boolean isIdle() {
    return (sending == null || sending.isIdle()) && !backlog.isOpen();
  }

  /** Whether the message in the session's queue has a packet identifier. */
  boolean isInFlight(long number) {
    return inFlight.isUnloaded(number);
  }

  /** A message that needs no acknowledgement leaves the session. */
  void leave(Delivery delivery) {
    waiting.leave(delivery);
  }

  /** A message that is here, and not to be sent, leaves the session. */
  void forget(Delivery delivery) {
    waiting.leave(delivery);
    if (sending != null) {
      sending.letGo(delivery);
    }
    if (kept != null && delivery.qos() > 0) {
      kept.remove(delivery.number());
    }
  }

  /** Counts a message that was sent for the first time. */
  void sent(int payloadBytes) {
    sent++;
    sentBytes += payloadBytes;
  }

  void drop(Reason reason) {
    drop(reason, 1);
  }

  void drop(Reason reason, int messages) {
    dropped += messages;
    broker.drops().dropped(session.clientId(), reason, messages);
  }

  /**
   * The session ends: what waits or is in flight is dropped by name, except that messages of shared
   * subscriptions go on to other members; not QoS 2 that has begun (4.8.2-5).
   *
   * @return what is in the store alone, and not dropped yet
   */
  Left end(Predicate<Delivery> redispatch) {
    List<Delivery> left = new ArrayList<>();
    Set<Long> begun = new HashSet<>();
    int stored = backlog.size();
    for (InFlight.Entry entry : inFlight.inOrder()) {
      leave(entry);
      if (entry.awaits != Awaits.PUBACK) {
        begun.add(entry.number);
        drop(Reason.SESSION_ENDED);
      } else if (entry.delivery != null) {
        left.add(entry.delivery);
      } else if (kept == null) {
        drop(Reason.SESSION_ENDED);
      } else {
        stored++;
      }
    }
    unsent.forEach(waiting::leave);
    left.addAll(unsent);
    unsent = List.of();
    inFlight.clear();
    for (Delivery delivery : left) {
      if (delivery.shared() == null || !redispatch.test(delivery)) {
        drop(Reason.SESSION_ENDED);
      }
    }
    return new Left(stored, begun);
  }

  /**
   * What a session that has ended leaves in the store.
   *
   * @param messages how many, without those that have begun
   * @param begun numbers of the QoS 2 messages whose delivery has begun
   */
  record Left(int messages, Set<Long> begun) {}

  /** How many messages the client has not acknowledged yet. */
  public int inFlight() {
    return inFlight.size();
  }

  long sent() {
    return sent;
  }

  long sentBytes() {
    return sentBytes;
  }

  long dropped() {
    return dropped;
  }
}

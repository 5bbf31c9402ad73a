package io.strmqtt.core.session;

import io.strmqtt.api.Reason;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.core.Counters;
import io.strmqtt.core.routing.Delivery;
import io.strmqtt.core.routing.Publication;
import io.strmqtt.core.session.InFlight.Awaits;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.codec.PublishFrame;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The way of messages to one client: the queue, the window of unacknowledged ones, and the QoS 1
 * and 2 handshakes of a sender (4.3.2, 4.3.3). Order is kept; only QoS 0 may overtake QoS 1 and 2
 * that wait for the client's receive maximum. On the session's loop only.
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

  // Valid for the session.
  private final ArrayDeque<Delivery> queue = new ArrayDeque<>();
  private final ArrayDeque<Delivery> heldForQuota = new ArrayDeque<>();
  private final Backlog backlog;
  private final InFlight inFlight = new InFlight();
  private @Nullable MessageQueue kept;
  private long sent;
  private long sentBytes;
  private long dropped;

  // Valid for the connection.
  private @Nullable Outbox outbox;
  private final ArrayDeque<InFlight.Entry> toResend = new ArrayDeque<>();
  private List<InFlight.Entry> toNote = new ArrayList<>();
  private long maxPacketSize;

  /** Null if the client takes none, or the broker uses none: MQTT-3.1.2-27. */
  private @Nullable OutboundAliases aliases;

  /** Below 0 if more PUBRELs than the receive maximum were sent again: those do not wait. */
  private int quota;

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
    for (StoredSession.Handshake each : stored.inFlight()) {
      inFlight.restore(each.number(), each.packetId(), each.released());
      released += each.released() ? 1 : 0;
    }
    int begun = inFlight.size() - released;
    waiting.restore((int) stored.messages() + released, stored.bytes());
    backlog.open((int) stored.messages() - begun);
  }

  void connect(Attachment attachment) {
    outbox = attachment.outbox();
    maxPacketSize = attachment.maxPacketSize();
    int topicAliases = attachment.topicAliasMaximum();
    aliases = topicAliases > 0 ? new OutboundAliases(topicAliases) : null; // MQTT-3.3.2-7
    quota = attachment.receiveMaximum();
    for (InFlight.Entry entry : inFlight.inOrder()) { // 4.4.0-1
      entry.holdsQuota = false;
      if (entry.awaits == Awaits.PUBCOMP) {
        release(attachment.outbox(), entry);
      } else if (entry.delivery != null) {
        toResend.add(entry);
      }
    }
  }

  void disconnect() {
    outbox = null;
    aliases = null;
    toResend.clear();
    toNote.clear();
    while (!queue.isEmpty()) {
      Delivery delivery = queue.poll();
      if (delivery.qos() > 0) {
        heldForQuota.add(delivery);
      } else {
        waiting.leave(delivery);
        drop(Reason.QOS0_OFFLINE);
      }
    }
    if (kept != null) {
      inFlight.unload();
      backlog.open(heldForQuota.size());
      heldForQuota.clear();
    }
  }

  /** Takes a message that was counted in. */
  void add(Delivery delivery) {
    if (delivery.qos() > 0 && backlog.hasRead(delivery)) {
      return;
    }
    if (delivery.qos() > 0 && backlog.isOpen()) {
      backlog.add(delivery);
    } else if (outbox != null) {
      queue.add(delivery);
    } else if (delivery.qos() > 0) {
      heldForQuota.add(delivery);
    } else {
      waiting.leave(delivery);
      drop(Reason.QOS0_OFFLINE);
    }
  }

  /** Drops the oldest messages that are not on their way, as many as there are too many. */
  void makeRoom() {
    while (waiting.isOver()) {
      ArrayDeque<Delivery> oldest = heldForQuota.isEmpty() ? queue : heldForQuota;
      if (heldForQuota.isEmpty() && backlog.isOpen() && kept != null) {
        backlog.dropOldest(kept, waiting.excess());
        return;
      }
      if (oldest.isEmpty()) {
        return;
      }
      forget(oldest.remove());
      drop(Reason.QUEUE_FULL);
    }
  }

  /** A message of the backlog that had to make room. */
  void dropped(QueuedMessage message) {
    waiting.leave(message.weight());
    if (kept != null) {
      kept.remove(message.number());
    }
    drop(Reason.QUEUE_FULL);
  }

  /** Takes a page of the backlog, or the end of it. */
  void loaded(List<Delivery> page) {
    for (Delivery delivery : page) {
      InFlight.Entry entry = inFlight.load(delivery);
      if (entry == null) {
        heldForQuota.add(delivery);
      } else {
        toResend.add(entry);
      }
    }
    if (!backlog.isOpen()) {
      for (InFlight.Entry lost : inFlight.unloaded()) { // The store has lost it.
        settle(lost);
        drop(Reason.MESSAGE_LOST);
      }
    }
  }

  /** Writes what the client can take now. */
  void send() {
    Outbox out = outbox;
    if (out == null) {
      return;
    }
    while (out.connection().isWritable()) {
      if (quota > 0 && !toResend.isEmpty()) {
        resend(out, toResend.remove());
      } else if (quota > 0 && toResend.isEmpty() && !heldForQuota.isEmpty()) {
        take(out, heldForQuota.remove());
      } else if (!queue.isEmpty()) {
        Delivery delivery = queue.remove();
        if (delivery.qos() > 0 && (quota <= 0 || !heldForQuota.isEmpty() || !toResend.isEmpty())) {
          heldForQuota.add(delivery); // 3.3.4-9
        } else {
          take(out, delivery);
        }
      } else {
        break;
      }
    }
    if (kept != null) {
      sendNoted(out);
      if (heldForQuota.size() + toResend.size() < LOW) {
        backlog.readOn(kept);
      }
    }
    eased();
    out.flush();
  }

  /** Messages have left: publishers may go on, those that wait for the broker as a whole too. */
  private void eased() {
    waiting.relax();
    waiting.report(outbox != null);
  }

  private void take(Outbox out, Delivery delivery) {
    Publication publication = delivery.publication();
    long expiresAt = publication.message().expiresAt();
    long now = expiresAt == Long.MAX_VALUE ? 0 : broker.clock().millis();
    if (now >= expiresAt) {
      forget(delivery);
      drop(Reason.MESSAGE_EXPIRED); // 3.3.2-5
      return;
    }
    if (size(out, delivery) > maxPacketSize) {
      forget(delivery);
      drop(Reason.OVER_CLIENT_PACKET_SIZE); // 3.1.2-25
      return;
    }
    if (delivery.qos() == 0) {
      waiting.leave(delivery);
      write(out, delivery, 0, false);
    } else {
      send(out, inFlight.add(delivery), delivery);
    }
    sent++;
    sentBytes += publication.message().payload().length;
    broker.counters().count(Counters.Event.PUBLISH_SENT);
  }

  private void resend(Outbox out, InFlight.Entry entry) {
    Delivery delivery = entry.delivery;
    // The client may acknowledge what it got on the connection before.
    if (delivery == null || inFlight.get(entry.packetId) != entry) {
      return;
    }
    if (size(out, delivery) > maxPacketSize) {
      settle(entry);
      drop(Reason.OVER_CLIENT_PACKET_SIZE); // It takes less than on the connection before.
      return;
    }
    send(out, entry, delivery);
  }

  private void send(Outbox out, InFlight.Entry entry, Delivery delivery) {
    holdQuota(entry);
    if (entry.awaits == Awaits.PUBREC && kept != null && !entry.isNoted) {
      kept.sending(entry.number, entry.packetId);
      toNote.add(entry);
    } else {
      write(out, delivery, entry.packetId, entry.wasSent); // 3.3.1-1
      entry.wasSent = true;
    }
  }

  /** Sends the QoS 2 messages that wait for the store, when it has them. */
  private void sendNoted(Outbox out) {
    if (toNote.isEmpty()) {
      return;
    }
    List<InFlight.Entry> noted = toNote;
    toNote = new ArrayList<>();
    session.whenDurable(
        () -> {
          for (InFlight.Entry entry : noted) {
            entry.isNoted = true;
            if (outbox == out && entry.delivery != null) {
              write(out, entry.delivery, entry.packetId, entry.wasSent);
              entry.wasSent = true;
            }
          }
          if (outbox == out) {
            out.flush();
          }
        });
  }

  /** Bytes of the packet this client would get. */
  private int size(Outbox out, Delivery delivery) {
    int size =
        isShared(out, delivery)
            ? delivery.publication().frame(out.version(), delivery.qos(), delivery.retain()).length
            : MqttEncoder.size(packet(out, delivery, 1, false), out.version());
    OutboundAliases known = aliases;
    // An alias makes it fit if the packet is written at once, as those of QoS 2 need not be.
    return size > maxPacketSize
            && known != null
            && delivery.qos() < 2
            && known.knows(delivery.publication().message().topic())
        ? PublishFrame.aliasedSize(plain(out, delivery), false)
        : size;
  }

  /** Whether the frame that all subscribers of a kind share will do. */
  private static boolean isShared(Outbox out, Delivery delivery) {
    return out.version() != MqttVersion.V5
        || delivery.identifiers().length == 0 && delivery.publication().isShareable();
  }

  /**
   * PUBREL; the PUBLISH is unacknowledged until PUBCOMP, so it keeps, or takes, its quota. The
   * message itself is not needed any more.
   */
  private void release(Outbox out, InFlight.Entry entry) {
    inFlight.release(entry);
    holdQuota(entry);
    if (kept == null) {
      out.write(pubrel(entry));
      return;
    }
    backlog.skip(entry.number);
    kept.released(entry.number, entry.packetId);
    session.whenDurable(
        () -> {
          if (outbox == out) {
            out.write(pubrel(entry));
            out.flush();
          }
        });
  }

  private static Pubrel pubrel(InFlight.Entry entry) {
    return new Pubrel(entry.packetId, ReasonCode.SUCCESS, Properties.NONE);
  }

  private void holdQuota(InFlight.Entry entry) {
    if (!entry.holdsQuota) {
      entry.holdsQuota = true;
      quota--;
    }
  }

  /** The packet without packet identifier, DUP and topic alias. */
  private byte[] plain(Outbox out, Delivery delivery) {
    return isShared(out, delivery)
        ? delivery.publication().frame(out.version(), delivery.qos(), delivery.retain())
        : PublishFrame.encode(packet(out, delivery, 1, false), out.version());
  }

  private void write(Outbox out, Delivery delivery, int packetId, boolean dup) {
    if (aliases != null) {
      aliases.write(
          out,
          delivery.publication().message().topic(),
          plain(out, delivery),
          maxPacketSize,
          delivery.qos(),
          packetId,
          dup);
      return;
    }
    if (!isShared(out, delivery)) {
      out.write(packet(out, delivery, packetId, dup));
      return;
    }
    byte[] frame = delivery.publication().frame(out.version(), delivery.qos(), delivery.retain());
    if (delivery.qos() == 0) {
      out.writeFrame(frame);
    } else {
      out.writeFrame(frame, delivery.qos(), packetId, dup);
    }
  }

  private Publish packet(Outbox out, Delivery delivery, int packetId, boolean dup) {
    Publication publication = delivery.publication();
    long expiresAt = publication.message().expiresAt();
    long left =
        expiresAt == Long.MAX_VALUE
            ? -1
            : Math.max(0, (expiresAt - broker.clock().millis() + 999) / 1000); // 3.3.2-6
    return publication.packet(
        out.version(),
        delivery.qos(),
        delivery.retain(),
        dup,
        delivery.qos() == 0 ? 0 : packetId,
        delivery.identifiers(),
        left);
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
    Outbox out = outbox;
    if (out == null) {
      return;
    }
    if (entry == null || entry.awaits == Awaits.PUBACK) {
      if (!refused) {
        out.write(new Pubrel(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Properties.NONE));
      }
    } else if (refused) {
      settle(entry);
    } else {
      release(out, entry);
    }
  }

  /** PUBCOMP. */
  public void completed(int packetId) {
    InFlight.Entry entry = inFlight.get(packetId);
    if (entry != null && entry.awaits == Awaits.PUBCOMP) {
      settle(entry);
    }
  }

  private void settle(InFlight.Entry entry) {
    inFlight.remove(entry);
    waiting.leave(entry.weight);
    if (kept != null) {
      kept.remove(entry.number);
      backlog.skip(entry.number);
    }
    eased();
    if (entry.holdsQuota) {
      quota++;
    }
  }

  /** Whether acknowledgements have made room for messages that waited for it. */
  boolean hasRoomForHeld() {
    return quota > 0 && (!heldForQuota.isEmpty() || !toResend.isEmpty());
  }

  /** Whether nothing waits to be written. */
  boolean isIdle() {
    return queue.isEmpty() && heldForQuota.isEmpty() && toResend.isEmpty() && !backlog.isOpen();
  }

  /** Whether the message in the session's queue has a packet identifier. */
  boolean isInFlight(long number) {
    return inFlight.isUnloaded(number);
  }

  /** A message that is not to be sent leaves the session. */
  private void forget(Delivery delivery) {
    waiting.leave(delivery);
    if (kept != null && delivery.qos() > 0) {
      kept.remove(delivery.number());
    }
  }

  void drop(Reason reason) {
    dropped++;
    broker.counters().count(reason);
  }

  void drop(Reason reason, int messages) {
    for (int i = 0; i < messages; i++) {
      drop(reason);
    }
  }

  /**
   * The session ends: what waits or is in flight is dropped by name, except that messages of shared
   * subscriptions go on to other members; not QoS 2 that has begun (4.8.2-5).
   */
  void end(Predicate<Delivery> redispatch) {
    List<Delivery> left = new ArrayList<>();
    for (InFlight.Entry entry : inFlight.inOrder()) {
      waiting.leave(entry.weight);
      if (entry.awaits == Awaits.PUBACK && entry.delivery != null) {
        left.add(entry.delivery);
      } else {
        drop(Reason.SESSION_ENDED);
      }
    }
    for (ArrayDeque<Delivery> each : List.of(heldForQuota, queue)) {
      each.forEach(waiting::leave);
      left.addAll(each);
      each.clear();
    }
    inFlight.clear();
    for (Delivery delivery : left) {
      if (delivery.shared() == null || !redispatch.test(delivery)) {
        drop(Reason.SESSION_ENDED);
      }
    }
  }

  /** How many messages are in the store and not in memory. */
  int backlog() {
    return backlog.size();
  }

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

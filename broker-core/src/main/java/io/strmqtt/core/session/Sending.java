package io.strmqtt.core.session;

import io.strmqtt.api.Message;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.MessageQueue;
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
import org.jspecify.annotations.Nullable;

/**
 * The half of {@link Outbound} that lasts as long as a connection: what waits to be written to it,
 * and how it is written. QoS 1 and 2 messages leave in their order, be it for the first time or
 * again; only QoS 0 may overtake those that wait for the client's receive maximum or for the store.
 * On the session's loop only.
 */
final class Sending {
  /** Messages sent in one turn; then other sessions have theirs. */
  private static final int TURN_MESSAGES = 256;

  /** The same in bytes of payload. */
  private static final int TURN_BYTES = 512 * 1024;

  /** Bytes of the largest packet there can be. */
  private static final long LARGEST_PACKET = 268_435_460;

  private final Outbound outbound;
  private final Broker broker;
  private final Session session;
  private final InFlight inFlight;
  private final Outbox out;
  private final Held held;
  private final long maxPacketSize;

  /** Null if the session ends with the connection. */
  private final @Nullable MessageQueue kept;

  /** Null if the client takes none, or the broker uses none: MQTT-3.1.2-27. */
  private final @Nullable OutboundAliases aliases;

  private final ArrayDeque<Delivery> queue = new ArrayDeque<>(1);
  private final ArrayDeque<Delivery> heldForQuota = new ArrayDeque<>(1);
  private final ArrayDeque<InFlight.Entry> toResend = new ArrayDeque<>(1);

  /** In flight, but not written: the first of them waits for the store to have its identifier. */
  private final ArrayDeque<InFlight.Entry> unwritten = new ArrayDeque<>(1);

  private List<InFlight.Entry> toNote = new ArrayList<>();

  private final @Nullable SentNotes sentNotes;

  /** The message of which the connection has a part. */
  private @Nullable Delivery inPart;

  /** Messages to be sent again that are in memory. */
  private int loaded;

  /** Below 0 if more PUBRELs than the receive maximum were sent again: those do not wait. */
  private int quota;

  private int messagesLeft;
  private int bytesLeft;
  private boolean retainedsTurn;

  Sending(
      Outbound outbound,
      Broker broker,
      Session session,
      InFlight inFlight,
      @Nullable MessageQueue kept,
      Attachment attachment) {
    this.outbound = outbound;
    this.broker = broker;
    this.session = session;
    this.inFlight = inFlight;
    this.kept = kept;
    this.sentNotes = kept == null ? null : new SentNotes(session, inFlight, kept);
    this.out = attachment.outbox();
    this.held = new Held(broker.pending());
    this.maxPacketSize = attachment.maxPacketSize();
    int topicAliases = attachment.topicAliasMaximum();
    this.aliases = topicAliases > 0 ? new OutboundAliases(topicAliases) : null; // MQTT-3.3.2-7
    this.quota = attachment.receiveMaximum();
  }

  /**
   * Sends again what the connection before has left (4.4.0-1), in the order it was sent (4.6.0-1).
   */
  void begin() {
    for (InFlight.Entry entry : inFlight.inOrder()) {
      entry.holdsQuota = false;
      if (entry.awaits == Awaits.PUBCOMP) {
        release(entry);
      } else {
        toResend.add(entry);
      }
    }
  }

  /** A new message. */
  void add(Delivery delivery) {
    held.take(delivery);
    queue.add(delivery);
  }

  /** A message that has waited in the store. */
  void hold(Delivery delivery) {
    held.take(delivery);
    heldForQuota.add(delivery);
  }

  /** The message of an earlier connection, whose acknowledgement has not come, has been read. */
  void loaded(InFlight.Entry entry, Delivery delivery) {
    held.take(delivery);
    entry.isAhead = true;
    loaded++;
  }

  /** Takes out the oldest message that is not on its way; null if there is none. */
  @Nullable Delivery pollOldest() {
    return heldForQuota.isEmpty() ? queue.poll() : heldForQuota.poll();
  }

  /** Drops the QoS 0 messages that wait: memory is short, and the client is behind. */
  void dropQos0() {
    queue.removeIf(
        delivery -> {
          if (delivery.qos() > 0) {
            return false;
          }
          outbound.forget(delivery);
          outbound.drop(Reason.QOS0_SLOW_SUBSCRIBER);
          return true;
        });
    report();
  }

  /** Whether messages wait for acknowledgements to make room. */
  boolean isHolding() {
    return !heldForQuota.isEmpty();
  }

  /** Whether acknowledgements have made room for messages that waited for it. */
  boolean hasRoomForHeld() {
    return quota > 0 && (isHolding() || !toResend.isEmpty());
  }

  /** Whether nothing waits to be written. */
  boolean isIdle() {
    return queue.isEmpty() && heldForQuota.isEmpty() && toResend.isEmpty() && unwritten.isEmpty();
  }

  /** Whether more of the store's messages should be read: few are here, or the next one is not. */
  boolean wantsMore(int few) {
    InFlight.Entry next = toResend.peek();
    return heldForQuota.size() + loaded < few || next != null && next.delivery == null;
  }

  /** The message is settled. */
  void giveBack(InFlight.Entry entry) {
    if (entry.holdsQuota) {
      quota++;
    }
    letGo(entry);
  }

  private void notAhead(InFlight.Entry entry) {
    if (entry.isAhead) {
      entry.isAhead = false;
      loaded--;
    }
  }

  private void letGo(InFlight.Entry entry) {
    notAhead(entry);
    Delivery delivery = entry.delivery;
    if (delivery != null) {
      entry.delivery = null;
      held.letGo(delivery);
    }
  }

  void letGo(Delivery delivery) {
    held.letGo(delivery);
  }

  /** The connection has ended: the QoS 1 and 2 messages that were not sent, in their order. */
  List<Delivery> end() {
    if (sentNotes != null) {
      sentNotes.end();
    }
    List<Delivery> unsent = new ArrayList<>(heldForQuota);
    unsent.forEach(held::letGo);
    for (Delivery delivery : queue) {
      if (delivery.qos() > 0) {
        unsent.add(delivery);
        held.letGo(delivery);
      } else {
        outbound.forget(delivery);
        outbound.drop(Reason.QOS0_OFFLINE);
      }
    }
    for (InFlight.Entry entry : inFlight.inOrder()) {
      if (entry.delivery != null) {
        held.letGo(entry.delivery);
      }
    }
    letGoOfPart();
    held.report(0);
    outbound.holds(0);
    return unsent;
  }

  /**
   * Hands over to the socket what it can take now; flushed by {@link #flush}.
   *
   * @return whether there is more, and other sessions are to have their turn first
   */
  boolean send() {
    messagesLeft = TURN_MESSAGES;
    bytesLeft = TURN_BYTES;
    boolean more;
    do {
      more = sendReady();
    } while (!more && sendNoted());
    return more;
  }

  private boolean sendReady() {
    while (out.isReady()) {
      letGoOfPart();
      if (messagesLeft-- <= 0 || bytesLeft <= 0) {
        return true;
      }
      if (!sendNext()) {
        break;
      }
    }
    return false;
  }

  private boolean sendNext() {
    InFlight.Entry next = unwritten.peek();
    if (next != null && !waitsForStore(next)) {
      writeInTurn(unwritten.remove());
      return true;
    }
    // In turns with live messages: neither waits for the other's end.
    RetainedWanted retained = outbound.dueRetained();
    if (retained != null && retainedsTurn && sendRetained(retained)) {
      retainedsTurn = false;
      return true;
    }
    if (sendLive()) {
      retainedsTurn = true;
      return true;
    }
    return retained != null && sendRetained(retained);
  }

  private boolean sendLive() {
    if (quota > 0 && !toResend.isEmpty()) {
      if (resend(toResend.element())) {
        toResend.remove();
        return true;
      }
    } else if (mayBegin() && !heldForQuota.isEmpty()) {
      take(heldForQuota.remove());
      return true;
    }
    Delivery delivery;
    while ((delivery = queue.poll()) != null) {
      if (delivery.qos() == 0 || mayBegin() && isIdleForQuota()) {
        take(delivery);
        return true;
      }
      heldForQuota.add(delivery); // 3.3.4-9
    }
    return false;
  }

  /** Whether another QoS 1 or 2 message can be on its way. */
  private boolean mayBegin() {
    return quota > 0 && !inFlight.isFull();
  }

  private boolean isIdleForQuota() {
    return heldForQuota.isEmpty() && toResend.isEmpty();
  }

  /**
   * Looks for a retained message and sends it; not queued before, and in no bound. False if the
   * client can take none now.
   */
  private boolean sendRetained(RetainedWanted retained) {
    if (retained.isReading() || !mayBegin() && retained.mayNeedQuota()) {
      return false;
    }
    Delivery delivery = retained.next();
    if (delivery == null) {
      outbound.retainedWentOn();
      return true;
    }
    held.take(delivery);
    if (isPastUse(delivery)) {
      held.letGo(delivery);
    } else if (delivery.qos() == 0) {
      write(delivery, 0, false);
      written(delivery);
      sent(delivery);
    } else {
      outbound.keepRetained(delivery);
      InFlight.Entry entry = inFlight.add(delivery);
      entry.isRetained = true;
      send(entry);
      sent(delivery);
    }
    return true;
  }

  void flush() {
    out.flush();
    if (out.isReady()) {
      letGoOfPart();
    }
    report();
  }

  /** Brings the sum of what waits up to date. */
  void report() {
    held.report(out.unsent());
    outbound.holds(held.messages());
  }

  private void take(Delivery delivery) {
    if (isPastUse(delivery)) {
      outbound.forget(delivery);
      return;
    }
    if (delivery.qos() == 0) {
      outbound.leave(delivery);
      write(delivery, 0, false);
      written(delivery);
    } else {
      send(inFlight.add(delivery));
    }
    sent(delivery);
  }

  private void sent(Delivery delivery) {
    int bytes = delivery.publication().message().payload().length;
    bytesLeft -= bytes;
    outbound.sent(bytes);
    broker.counters().count(Counters.Event.PUBLISH_SENT);
  }

  /** Whether it is too late for the message, or it is too large for the client; counts it then. */
  private boolean isPastUse(Delivery delivery) {
    long expiresAt = delivery.publication().message().expiresAt();
    if (expiresAt < Long.MAX_VALUE && broker.clock().millis() >= expiresAt) {
      outbound.drop(Reason.MESSAGE_EXPIRED); // 3.3.2-5
      return true;
    }
    if (isTooLarge(delivery)) {
      outbound.drop(Reason.OVER_CLIENT_PACKET_SIZE); // 3.1.2-25
      return true;
    }
    return false;
  }

  private boolean isTooLarge(Delivery delivery) {
    return maxPacketSize < LARGEST_PACKET && size(delivery) > maxPacketSize;
  }

  /** False if the message has not been read yet: those behind it wait. */
  private boolean resend(InFlight.Entry entry) {
    // The client may acknowledge what it got on the connection before.
    if (inFlight.get(entry.packetId) != entry
        || entry.awaits == Awaits.PUBCOMP
        || entry.isUnreadable) {
      return true;
    }
    Delivery delivery = entry.delivery;
    if (delivery == null) {
      return false;
    }
    notAhead(entry);
    if (isTooLarge(delivery)) {
      outbound.settle(entry);
      outbound.drop(Reason.OVER_CLIENT_PACKET_SIZE); // Less than on the connection before.
    } else {
      send(entry);
    }
    return true;
  }

  private void send(InFlight.Entry entry) {
    holdQuota(entry);
    if (waitsForStore(entry)) {
      if (kept != null) {
        kept.sending(entry.number, entry.packetId);
      }
      toNote.add(entry);
    }
    if (waitsForStore(entry) || !unwritten.isEmpty()) {
      unwritten.add(entry);
    } else {
      writeInTurn(entry);
    }
  }

  private boolean waitsForStore(InFlight.Entry entry) {
    return entry.awaits == Awaits.PUBREC && kept != null && !entry.isNoted;
  }

  private void writeInTurn(InFlight.Entry entry) {
    Delivery delivery = entry.delivery;
    if (delivery == null) {
      return;
    }
    write(delivery, entry.packetId, entry.wasSent); // 3.3.1-1
    if (sentNotes != null && entry.awaits == Awaits.PUBACK) {
      sentNotes.sent();
    }
    entry.wasSent = true;
    // From now on it is needed by another member of a shared group alone: what is kept is in the
    // store, and nothing is sent again on the same connection (4.4.0-1).
    if (kept != null || delivery.shared() == null) {
      entry.delivery = null;
      written(delivery);
    }
  }

  /** The message is not needed any more once all of it has been handed over. */
  private void written(Delivery delivery) {
    if (out.isMidPacket()) {
      inPart = delivery;
    } else {
      held.letGo(delivery);
    }
  }

  /** Tells whether the socket has taken only a part of a large message so far. */
  boolean isInPart() {
    return inPart != null;
  }

  private void letGoOfPart() {
    Delivery part = inPart;
    if (part != null) {
      inPart = null;
      held.letGo(part);
    }
  }

  /**
   * PUBREL; the PUBLISH is unacknowledged until PUBCOMP, so it keeps, or takes, its quota. The
   * message itself is not needed any more.
   */
  void release(InFlight.Entry entry) {
    letGo(entry);
    inFlight.release(entry);
    holdQuota(entry);
    if (kept == null) {
      writePubrel(entry);
    } else if (!entry.isReleasing) { // Else a PUBREL is under way, which answers both.
      outbound.released(entry);
      kept.released(entry.number, entry.packetId);
      entry.isReleasing = true;
      // At once: once this is gathered with something else, nothing says when it is durable.
      session.whenDurable(() -> outbound.releasedDurably(entry));
    }
  }

  /** Flushed with all that the same commit has decided. */
  void writePubrel(InFlight.Entry entry) {
    out.write(new Pubrel(entry.packetId, ReasonCode.SUCCESS, Properties.NONE));
  }

  /** PUBREC of a packet identifier that is not known (4.3.3-4). */
  void releaseUnknown(int packetId) {
    out.write(new Pubrel(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Properties.NONE));
  }

  /**
   * Has the store take the packet identifiers of QoS 2 messages. What waits for that is sent behind
   * the mail that says so.
   *
   * @return whether the store has them already
   */
  private boolean sendNoted() {
    if (toNote.isEmpty()) {
      return false;
    }
    List<InFlight.Entry> noted = toNote;
    toNote = new ArrayList<>();
    session.whenDurable(() -> noted.forEach(entry -> entry.isNoted = true));
    return noted.getFirst().isNoted;
  }

  private void holdQuota(InFlight.Entry entry) {
    if (!entry.holdsQuota) {
      entry.holdsQuota = true;
      quota--;
    }
  }

  /** Bytes of the packet this client would get. */
  private int size(Delivery delivery) {
    if (isShared(delivery)) {
      PublishFrame frame = frame(delivery);
      // An alias makes it fit if the packet is written at once, as those of QoS 2 need not be.
      return frame.size() > maxPacketSize && isKnown(delivery)
          ? frame.aliasedSize(false)
          : frame.size();
    }
    if (isKnown(delivery)) {
      return frame(delivery).aliasedSize(false);
    }
    return MqttEncoder.size(packet(delivery, 1, false), out.version());
  }

  private boolean isKnown(Delivery delivery) {
    return aliases != null
        && delivery.qos() < 2
        && aliases.knows(delivery.publication().message().topic());
  }

  /** Whether the frame that all subscribers of a kind share will do. */
  private boolean isShared(Delivery delivery) {
    return out.version() != MqttVersion.V5 || delivery.identifiers().length == 0;
  }

  /** The packet without what is this client's own. */
  private PublishFrame frame(Delivery delivery) {
    Publication publication = delivery.publication();
    return isShared(delivery)
        ? publication.frame(out.version(), delivery.qos(), delivery.retain())
        : publication.frame(
            out.version(), delivery.qos(), delivery.retain(), delivery.identifiers());
  }

  private void write(Delivery delivery, int packetId, boolean dup) {
    if (aliases != null) {
      aliases.write(
          out,
          delivery.publication().message().topic(),
          frame(delivery),
          maxPacketSize,
          delivery.qos(),
          packetId,
          dup,
          expiry(delivery));
    } else {
      out.write(frame(delivery), delivery.qos(), packetId, dup, expiry(delivery), 0, true);
    }
  }

  /** Seconds until the message expires, as it is forwarded; below 0 for never. */
  private long expiry(Delivery delivery) {
    Message message = delivery.publication().message();
    if (message.expiresAt() == Long.MAX_VALUE) {
      return -1;
    }
    long left = Math.max(0, (message.expiresAt() - broker.clock().millis() + 999) / 1000);
    // 3.3.2-6; a clock that was set back adds nothing.
    return Math.min(left, message.properties().expiryInterval());
  }

  private Publish packet(Delivery delivery, int packetId, boolean dup) {
    return delivery
        .publication()
        .packet(
            out.version(),
            delivery.qos(),
            delivery.retain(),
            dup,
            delivery.qos() == 0 ? 0 : packetId,
            delivery.identifiers(),
            expiry(delivery));
  }
}

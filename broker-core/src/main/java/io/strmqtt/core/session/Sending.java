package io.strmqtt.core.session;

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
 * and how it is written. Order is kept; only QoS 0 may overtake QoS 1 and 2 that wait for the
 * client's receive maximum. On the session's loop only.
 */
final class Sending {
  private final Outbound outbound;
  private final Broker broker;
  private final Session session;
  private final InFlight inFlight;
  private final Outbox out;
  private final long maxPacketSize;

  /** Null if the session ends with the connection. */
  private final @Nullable MessageQueue kept;

  /** Null if the client takes none, or the broker uses none: MQTT-3.1.2-27. */
  private final @Nullable OutboundAliases aliases;

  private final ArrayDeque<Delivery> queue = new ArrayDeque<>(1);
  private final ArrayDeque<Delivery> heldForQuota = new ArrayDeque<>(1);
  private final ArrayDeque<InFlight.Entry> toResend = new ArrayDeque<>(1);
  private List<InFlight.Entry> toNote = new ArrayList<>();

  /** Below 0 if more PUBRELs than the receive maximum were sent again: those do not wait. */
  private int quota;

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
    this.out = attachment.outbox();
    this.maxPacketSize = attachment.maxPacketSize();
    int topicAliases = attachment.topicAliasMaximum();
    this.aliases = topicAliases > 0 ? new OutboundAliases(topicAliases) : null; // MQTT-3.3.2-7
    this.quota = attachment.receiveMaximum();
  }

  /** Sends again what the connection before has left (4.4.0-1). */
  void begin() {
    for (InFlight.Entry entry : inFlight.inOrder()) {
      entry.holdsQuota = false;
      if (entry.awaits == Awaits.PUBCOMP) {
        release(entry);
      } else if (entry.delivery != null) {
        toResend.add(entry);
      }
    }
  }

  /** A new message. */
  void add(Delivery delivery) {
    queue.add(delivery);
  }

  /** A message that has waited in the store. */
  void hold(Delivery delivery) {
    heldForQuota.add(delivery);
  }

  /** A message of an earlier connection whose acknowledgement has not come. */
  void sendAgain(InFlight.Entry entry) {
    toResend.add(entry);
  }

  /** Takes out the oldest message that is not on its way; null if there is none. */
  @Nullable Delivery pollOldest() {
    return heldForQuota.isEmpty() ? queue.poll() : heldForQuota.poll();
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
    return queue.isEmpty() && heldForQuota.isEmpty() && toResend.isEmpty();
  }

  /** How many messages of the store are here to be sent. */
  int ahead() {
    return heldForQuota.size() + toResend.size();
  }

  /** The message is settled. */
  void giveBack(InFlight.Entry entry) {
    if (entry.holdsQuota) {
      quota++;
    }
  }

  /** The connection has ended: the QoS 1 and 2 messages that were not sent, in their order. */
  List<Delivery> end() {
    List<Delivery> unsent = new ArrayList<>(heldForQuota);
    for (Delivery delivery : queue) {
      if (delivery.qos() > 0) {
        unsent.add(delivery);
      } else {
        outbound.forget(delivery);
        outbound.drop(Reason.QOS0_OFFLINE);
      }
    }
    return unsent;
  }

  /** Hands over to the socket what it can take now; flushed by {@link #flush}. */
  void send() {
    while (out.connection().isWritable()) {
      if (quota > 0 && !toResend.isEmpty()) {
        resend(toResend.remove());
      } else if (quota > 0 && toResend.isEmpty() && !heldForQuota.isEmpty()) {
        take(heldForQuota.remove());
      } else if (!queue.isEmpty()) {
        Delivery delivery = queue.remove();
        if (delivery.qos() > 0 && (quota <= 0 || !isIdleForQuota())) {
          heldForQuota.add(delivery); // 3.3.4-9
        } else {
          take(delivery);
        }
      } else {
        break;
      }
    }
    sendNoted();
  }

  private boolean isIdleForQuota() {
    return heldForQuota.isEmpty() && toResend.isEmpty();
  }

  void flush() {
    out.flush();
  }

  private void take(Delivery delivery) {
    Publication publication = delivery.publication();
    long expiresAt = publication.message().expiresAt();
    long now = expiresAt == Long.MAX_VALUE ? 0 : broker.clock().millis();
    if (now >= expiresAt) {
      outbound.forget(delivery);
      outbound.drop(Reason.MESSAGE_EXPIRED); // 3.3.2-5
      return;
    }
    if (size(delivery) > maxPacketSize) {
      outbound.forget(delivery);
      outbound.drop(Reason.OVER_CLIENT_PACKET_SIZE); // 3.1.2-25
      return;
    }
    if (delivery.qos() == 0) {
      outbound.forget(delivery);
      write(delivery, 0, false);
    } else {
      send(inFlight.add(delivery), delivery);
    }
    outbound.sent(publication.message().payload().length);
    broker.counters().count(Counters.Event.PUBLISH_SENT);
  }

  private void resend(InFlight.Entry entry) {
    Delivery delivery = entry.delivery;
    // The client may acknowledge what it got on the connection before.
    if (delivery == null || inFlight.get(entry.packetId) != entry) {
      return;
    }
    if (size(delivery) > maxPacketSize) {
      outbound.settle(entry);
      outbound.drop(Reason.OVER_CLIENT_PACKET_SIZE); // Less than on the connection before.
      return;
    }
    send(entry, delivery);
  }

  private void send(InFlight.Entry entry, Delivery delivery) {
    holdQuota(entry);
    if (entry.awaits == Awaits.PUBREC && kept != null && !entry.isNoted) {
      kept.sending(entry.number, entry.packetId);
      toNote.add(entry);
    } else {
      write(delivery, entry.packetId, entry.wasSent); // 3.3.1-1
      entry.wasSent = true;
    }
  }

  /**
   * PUBREL; the PUBLISH is unacknowledged until PUBCOMP, so it keeps, or takes, its quota. The
   * message itself is not needed any more.
   */
  void release(InFlight.Entry entry) {
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

  /** Sends the QoS 2 messages that wait for the store, when it has their packet identifiers. */
  private void sendNoted() {
    if (toNote.isEmpty()) {
      return;
    }
    List<InFlight.Entry> noted = toNote;
    toNote = new ArrayList<>();
    session.whenDurable(
        () -> {
          noted.forEach(entry -> entry.isNoted = true);
          if (outbound.isBy(this)) {
            noted.forEach(this::writeNoted);
          }
        });
  }

  private void writeNoted(InFlight.Entry entry) {
    Delivery delivery = entry.delivery;
    if (delivery != null) {
      write(delivery, entry.packetId, entry.wasSent);
      entry.wasSent = true;
    }
  }

  private void holdQuota(InFlight.Entry entry) {
    if (!entry.holdsQuota) {
      entry.holdsQuota = true;
      quota--;
    }
  }

  /** Bytes of the packet this client would get. */
  private int size(Delivery delivery) {
    int size =
        isShared(delivery)
            ? delivery.publication().frame(out.version(), delivery.qos(), delivery.retain()).length
            : MqttEncoder.size(packet(delivery, 1, false), out.version());
    // An alias makes it fit if the packet is written at once, as those of QoS 2 need not be.
    return size > maxPacketSize
            && aliases != null
            && delivery.qos() < 2
            && aliases.knows(delivery.publication().message().topic())
        ? PublishFrame.aliasedSize(plain(delivery), false)
        : size;
  }

  /** Whether the frame that all subscribers of a kind share will do. */
  private boolean isShared(Delivery delivery) {
    return out.version() != MqttVersion.V5
        || delivery.identifiers().length == 0 && delivery.publication().isShareable();
  }

  /** The packet without packet identifier, DUP and topic alias. */
  private byte[] plain(Delivery delivery) {
    return isShared(delivery)
        ? delivery.publication().frame(out.version(), delivery.qos(), delivery.retain())
        : PublishFrame.encode(packet(delivery, 1, false), out.version());
  }

  private void write(Delivery delivery, int packetId, boolean dup) {
    if (aliases != null) {
      aliases.write(
          out,
          delivery.publication().message().topic(),
          plain(delivery),
          maxPacketSize,
          delivery.qos(),
          packetId,
          dup);
      return;
    }
    if (!isShared(delivery)) {
      out.write(packet(delivery, packetId, dup));
      return;
    }
    byte[] frame = delivery.publication().frame(out.version(), delivery.qos(), delivery.retain());
    if (delivery.qos() == 0) {
      out.writeFrame(frame);
    } else {
      out.writeFrame(frame, delivery.qos(), packetId, dup);
    }
  }

  private Publish packet(Delivery delivery, int packetId, boolean dup) {
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
}

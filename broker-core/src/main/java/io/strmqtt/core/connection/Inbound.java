package io.strmqtt.core.connection;

import io.netty.buffer.ByteBufUtil;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.strmqtt.api.Message;
import io.strmqtt.api.Reason;
import io.strmqtt.core.Counters;
import io.strmqtt.core.Limits;
import io.strmqtt.core.routing.Router;
import io.strmqtt.core.routing.Subscriber;
import io.strmqtt.core.session.Broker;
import io.strmqtt.core.session.Session;
import io.strmqtt.core.sys.SysAccess;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import io.strmqtt.mqtt.topic.Topics;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publications from the client: limits, aliases, access, hand-over to the router, and the QoS 1 and
 * 2 receiver (4.3).
 */
final class Inbound {
  private static final Router.Routed NOBODY_WAITS = subscribers -> {};
  private static final BooleanSupplier NEVER = () -> false;

  private final Active active;
  private final Broker broker;
  private final Limits limits;
  private final AckOrder acks;
  private final AckOrder releases;
  private final boolean v5;
  private int unacknowledged;
  private @Nullable IntObjectMap<String> aliases;
  private int aliasBytes;

  Inbound(Active active, Broker broker, MqttVersion version) {
    this.active = active;
    this.broker = broker;
    this.limits = broker.limits();
    this.v5 = version == MqttVersion.V5;
    this.acks = new AckOrder(active.shard(), v5, this::acknowledge, active::flush);
    this.releases =
        new AckOrder(
            active.shard(),
            false,
            (pending, code) -> complete(pending.packetId, code),
            active::flush);
  }

  void publish(Session session, Publish publish) {
    String topic = v5 ? resolveAlias(publish) : publish.topic();
    if (topic == null) {
      return;
    }
    if (publish.qos() > limits.maxQos()) {
      active.end(Reason.QOS_NOT_SUPPORTED, ReasonCode.QOS_NOT_SUPPORTED); // 3.2.2-11
      return;
    }
    if (publish.retain() && !limits.retainAvailable()) {
      active.end(Reason.RETAIN_NOT_SUPPORTED, ReasonCode.RETAIN_NOT_SUPPORTED); // 3.2.2-14
      return;
    }
    if (Topics.levels(topic) > limits.maxTopicLevels()) {
      active.end(Reason.TOPIC_INVALID, ReasonCode.TOPIC_NAME_INVALID);
      return;
    }
    session.countReceived(publish.payload().length);
    broker.counters().count(Counters.Event.PUBLISH_RECEIVED);
    if (publish.qos() > 0 && !isNew(session, publish)) {
      return;
    }
    if (SysAccess.isBridgeNotification(topic)) {
      take(session, publish);
      return;
    }
    if (isReserved(topic)
        || !broker
            .authorizer()
            .mayPublish(active.subject(), topic, publish.qos(), publish.retain())) {
      refuse(publish);
      return;
    }
    if (limits.validatePayloadFormat()
        && !Records.isOfItsFormat(publish.payload(), publish.properties())) {
      if (publish.qos() == 0) {
        active.end(Reason.PAYLOAD_FORMAT_INVALID, ReasonCode.PAYLOAD_FORMAT_INVALID); // 3.3.2.3.2
      } else {
        reject(publish, Reason.PAYLOAD_FORMAT_INVALID, ReasonCode.PAYLOAD_FORMAT_INVALID);
      }
      return;
    }
    Message message =
        new Message(
            topic,
            publish.payload(),
            publish.qos(),
            publish.retain(),
            Records.properties(publish.properties()),
            broker.clock().millis(),
            session.clientId());
    if (publish.qos() == 2) {
      // Before it is routed: whatever becomes of this connection, a repeat is no second message.
      session.inboundQos2().add(publish.packetId());
    }
    Subscriber slow = route(session, message, publish.packetId());
    // A store that cannot write does not hold up what needs none.
    boolean stored = publish.qos() > 0 || publish.retain();
    if (slow != null || stored && broker.storage().isBehind()) {
      active.pauseReading(slow, stored ? broker.storage()::isBehind : NEVER);
    }
  }

  /** Returns a subscriber that asks to slow down, if there is one. */
  private @Nullable Subscriber route(Session session, Message message, int packetId) {
    if (message.qos() == 0) {
      return active.publisher().publish(message, NOBODY_WAITS);
    }
    AckOrder.Pending pending = acks.expect(packetId, message.qos());
    Subscriber slow = active.publisher().publish(message, pending);
    if (message.qos() == 2 && pending.isRefused()) {
      // No PUBREL follows (4.3.3): the identifier is free. Now, not when the refusal leaves behind
      // others': by then the session may have another connection, on another loop.
      session.inboundQos2().remove(packetId);
    }
    return slow;
  }

  /** Acknowledges what goes no further. */
  private void take(Session session, Publish publish) {
    broker.counters().count(Counters.Event.BRIDGE_NOTIFICATIONS);
    if (publish.qos() == 0) {
      return;
    }
    if (publish.qos() == 2) {
      session.inboundQos2().add(publish.packetId());
    }
    AckOrder.Pending taken = acks.expect(publish.packetId(), publish.qos());
    broker.storage().whenDurable(() -> taken.answer(ReasonCode.SUCCESS));
  }

  /**
   * Whether a QoS 1 or 2 publication is to be handed on; answers repeats of QoS 2, ends what goes
   * over the limit.
   */
  private boolean isNew(Session session, Publish publish) {
    if (publish.qos() == 2 && session.inboundQos2().has(publish.packetId())) {
      if (!acks.isPending(publish.packetId())) {
        // The connection it first came on may have ended before it was durable.
        session.inboundQos2().add(publish.packetId());
        AckOrder.Pending again = acks.expect(publish.packetId(), 2);
        broker.storage().whenDurable(() -> again.answer(ReasonCode.SUCCESS)); // 4.3.3-10
      }
      return false;
    }
    if (v5 && unacknowledged >= limits.receiveMaximum()) {
      active.end(Reason.RECEIVE_MAXIMUM_EXCEEDED, ReasonCode.RECEIVE_MAXIMUM_EXCEEDED); // 3.3.4-7
      return false;
    }
    unacknowledged++;
    return true;
  }

  /**
   * Whether as many publications wait for the broker's acknowledgement as a client may send: one of
   * 3.x may go on, and while nothing can be stored each would be kept in memory.
   */
  boolean isOwedAll() {
    return acks.pending() >= limits.receiveMaximum();
  }

  private void settled() {
    // Releases of an earlier connection's publications are not in the count.
    unacknowledged = Math.max(0, unacknowledged - 1);
  }

  private @Nullable String resolveAlias(Publish publish) {
    int alias = (int) publish.properties().number(Property.TOPIC_ALIAS, 0);
    if (alias == 0) {
      return publish.topic();
    }
    if (alias > limits.topicAliasMaximum()) {
      active.end(Reason.TOPIC_ALIAS_INVALID, ReasonCode.TOPIC_ALIAS_INVALID); // 3.2.2-17
      return null;
    }
    if (!publish.topic().isEmpty()) {
      return noteAlias(alias, publish.topic()) ? publish.topic() : null;
    }
    String topic = aliases == null ? null : aliases.get(alias);
    if (topic == null) {
      active.end(Reason.TOPIC_ALIAS_INVALID, ReasonCode.PROTOCOL_ERROR); // 3.3.2.3.4
    }
    return topic;
  }

  /** Ends the connection, and returns false, if its topics would take too much memory. */
  private boolean noteAlias(int alias, String topic) {
    if (aliases == null) {
      aliases = new IntObjectHashMap<>();
    }
    String before = aliases.put(alias, topic);
    if (topic.equals(before)) {
      return true;
    }
    aliasBytes += ByteBufUtil.utf8Bytes(topic);
    if (before != null) {
      aliasBytes -= ByteBufUtil.utf8Bytes(before);
    }
    if (aliasBytes > limits.maxTopicAliasBytes()) {
      active.end(Reason.TOPIC_ALIASES_EXCEEDED, ReasonCode.QUOTA_EXCEEDED);
      return false;
    }
    return true;
  }

  /**
   * What only the broker itself publishes to, and what is no topic but the beginning of a filter.
   */
  static boolean isReserved(String topic) {
    return SysAccess.isSys(topic) || topic.startsWith("$share/");
  }

  /**
   * 5.0 says so in the acknowledgement; 3.x has no word for it, and what is not stored is not
   * acknowledged.
   */
  private void refuse(Publish publish) {
    if (publish.qos() == 0) {
      broker.counters().count(Reason.QOS0_NOT_AUTHORIZED);
    } else if (!v5) {
      active.end(Reason.PUBLISH_NOT_AUTHORIZED, ReasonCode.NOT_AUTHORIZED);
    } else {
      reject(publish, Reason.PUBLISH_NOT_AUTHORIZED, ReasonCode.NOT_AUTHORIZED);
    }
  }

  /** Answers a QoS 1 or 2 publication of a 5.0 client that goes no further. */
  private void reject(Publish publish, Reason reason, ReasonCode code) {
    broker.counters().count(reason);
    acks.expect(publish.packetId(), publish.qos()).answer(code);
  }

  private void acknowledge(AckOrder.Pending pending, ReasonCode code) {
    if (code == ReasonCode.NO_MATCHING_SUBSCRIBERS) {
      broker.counters().count(Counters.Event.PUBLISH_WITHOUT_SUBSCRIBER);
    }
    if (pending.qos == 1 || code.isError()) {
      settled();
    }
    if (pending.qos == 1) {
      active.put(new Puback(pending.packetId, code, Properties.NONE));
    } else {
      active.put(new Pubrec(pending.packetId, code, Properties.NONE));
    }
  }

  void release(Session session, Pubrel pubrel) {
    int packetId = pubrel.packetId();
    if (session.inboundQos2().remove(packetId)) {
      settled();
      AckOrder.Pending released = releases.expect(packetId, 2);
      // Behind the store: from then on the client may use the identifier for another message.
      broker.storage().whenDurable(() -> released.answer(ReasonCode.SUCCESS)); // 4.3.3-11
    } else if (!releases.isPending(packetId)) {
      complete(packetId, v5 ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND : ReasonCode.SUCCESS);
      active.flush();
    }
  }

  private void complete(int packetId, ReasonCode code) {
    active.put(new Pubcomp(packetId, code, Properties.NONE));
  }
}

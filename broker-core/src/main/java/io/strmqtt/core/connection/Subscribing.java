package io.strmqtt.core.connection;

import io.strmqtt.api.Reason;
import io.strmqtt.core.Limits;
import io.strmqtt.core.routing.Subscription;
import io.strmqtt.core.session.Broker;
import io.strmqtt.core.session.Session;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Unsuback;
import io.strmqtt.mqtt.packet.MqttPacket.Unsubscribe;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import io.strmqtt.mqtt.topic.TopicFilter;
import io.strmqtt.mqtt.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SUBSCRIBE and UNSUBSCRIBE: each filter judged on its own, one joint answer (3.8.4-5, 3.10.4-6).
 */
final class Subscribing {
  private final Active active;
  private final Broker broker;
  private final Limits limits;

  Subscribing(Active active, Broker broker) {
    this.active = active;
    this.broker = broker;
    this.limits = broker.limits();
  }

  void subscribe(Session session, Subscribe subscribe) {
    int identifier = (int) subscribe.properties().number(Property.SUBSCRIPTION_IDENTIFIER, 0);
    if (identifier != 0 && !limits.identifiersAvailable()) {
      // 3.2.2.3.12
      active.end(Reason.PROTOCOL_ERROR, ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED);
      return;
    }
    List<ReasonCode> codes = new ArrayList<>(subscribe.requests().size());
    List<Subscription> wantRetained = new ArrayList<>();
    for (Subscribe.Request request : subscribe.requests()) {
      TopicFilter filter = TopicFilter.parse(request.filter());
      ReasonCode refusal =
          codes.size() < limits.maxFilters()
              ? refusal(session, filter, request)
              : ReasonCode.QUOTA_EXCEEDED;
      if (filter == null || refusal != null) {
        codes.add(refusal == null ? ReasonCode.TOPIC_FILTER_INVALID : refusal);
        continue;
      }
      Subscription subscription =
          new Subscription(
              session,
              filter,
              Math.min(request.qos(), limits.maxQos()),
              request.noLocal(),
              request.retainAsPublished(),
              request.retainHandling(),
              identifier);
      boolean isNew = session.subscription(filter.full()) == null;
      session.subscribe(subscription);
      codes.add(granted(subscription.qos()));
      // 3.3.1-9 to 3.3.1-11; shared subscriptions get no retained messages (4.8.2).
      if (!filter.isShared()
          && (request.retainHandling() == 0 || request.retainHandling() == 1 && isNew)) {
        wantRetained.add(subscription);
      }
    }
    afterStored(
        () -> {
          active.writeSized(new Suback(subscribe.packetId(), codes, Properties.NONE));
          wantRetained.forEach(session::deliverRetained);
        });
  }

  private @Nullable ReasonCode refusal(
      Session session, @Nullable TopicFilter filter, Subscribe.Request request) {
    if (filter == null || Topics.levels(filter.filter()) > limits.maxTopicLevels()) {
      return ReasonCode.TOPIC_FILTER_INVALID;
    }
    if (filter.isShared() && !limits.sharedAvailable()) {
      return ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
    }
    if (filter.hasWildcard() && !limits.wildcardAvailable()) {
      return ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED;
    }
    if (session.subscriptionCount() >= limits.maxSubscriptions()
        && session.subscription(filter.full()) == null) {
      return ReasonCode.QUOTA_EXCEEDED;
    }
    if (!broker.authorizer().maySubscribe(active.subject(), filter.filter(), request.qos())) {
      return ReasonCode.NOT_AUTHORIZED;
    }
    return null;
  }

  private static ReasonCode granted(int qos) {
    return switch (qos) {
      case 0 -> ReasonCode.SUCCESS;
      case 1 -> ReasonCode.GRANTED_QOS_1;
      default -> ReasonCode.GRANTED_QOS_2;
    };
  }

  void unsubscribe(Session session, Unsubscribe unsubscribe) {
    List<ReasonCode> codes = new ArrayList<>(unsubscribe.filters().size());
    for (String filter : unsubscribe.filters()) {
      if (TopicFilter.parse(filter) == null) {
        codes.add(ReasonCode.TOPIC_FILTER_INVALID);
      } else {
        codes.add(
            session.unsubscribe(filter) ? ReasonCode.SUCCESS : ReasonCode.NO_SUBSCRIPTION_EXISTED);
      }
    }
    afterStored(
        () -> active.writeSized(new Unsuback(unsubscribe.packetId(), codes, Properties.NONE)));
  }

  /** Answers when what was promised is durable; at once, if the store says so at once. */
  private void afterStored(Runnable answer) {
    broker
        .storage()
        .whenDurable(
            () ->
                active
                    .shard()
                    .execute(
                        () -> {
                          if (active.isOpen()) {
                            answer.run();
                          }
                        }));
  }
}

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
import java.util.Collections;
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
    if (active.isV5() && !isOffered(subscribe)) {
      return;
    }
    int identifier = (int) subscribe.properties().number(Property.SUBSCRIPTION_IDENTIFIER, 0);
    List<Subscribe.Request> requests = subscribe.requests();
    List<ReasonCode> codes = new ArrayList<>(requests.size());
    List<Subscription> wantRetained = new ArrayList<>();
    new Turns(
            active,
            broker,
            requests.size(),
            i -> {
              codes.add(subscribe(session, requests.get(i), identifier, wantRetained));
              return requests.get(i).filter().length();
            },
            () ->
                afterStored(
                    () -> {
                      active.writeSized(
                          new Suback(
                              subscribe.packetId(),
                              filled(codes, subscribe.beyond(), ReasonCode.QUOTA_EXCEEDED),
                              Properties.NONE));
                      session.deliverRetained(wantRetained);
                    }))
        .begin();
    awaitStore(session);
  }

  private ReasonCode subscribe(
      Session session, Subscribe.Request request, int identifier, List<Subscription> wantRetained) {
    TopicFilter filter = TopicFilter.parse(request.filter());
    if (filter == null) {
      return ReasonCode.TOPIC_FILTER_INVALID;
    }
    ReasonCode refusal = refusal(session, filter, request);
    if (refusal != null) {
      return refusal;
    }
    // A bridge of 3.x cannot ask for these: its own publications would come back to it, and what
    // is retained on one side would not be on the other.
    boolean bridge = active.terms().bridge();
    Subscription subscription =
        new Subscription(
            session,
            filter,
            Math.min(request.qos(), limits.maxQos()),
            request.noLocal() || bridge && !filter.isShared(),
            request.retainAsPublished() || bridge,
            request.retainHandling(),
            identifier);
    boolean isNew = session.subscription(filter.full()) == null;
    session.subscribe(subscription);
    // 3.3.1-9 to 3.3.1-11; shared subscriptions get no retained messages (4.8.2).
    if (!filter.isShared()
        && (request.retainHandling() == 0 || request.retainHandling() == 1 && isNew)) {
      wantRetained.add(subscription);
    }
    return granted(subscription.qos());
  }

  /**
   * Whether CONNACK has not ruled out what the client asks for; that is a protocol error with a
   * code of its own (3.2.2.3.11 to 3.2.2.3.13), where 3.x has only the refused filter.
   */
  private boolean isOffered(Subscribe subscribe) {
    if (!limits.identifiersAvailable()
        && subscribe.properties().has(Property.SUBSCRIPTION_IDENTIFIER)) {
      active.end(Reason.PROTOCOL_ERROR, ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED);
      return false;
    }
    if (limits.wildcardAvailable() && limits.sharedAvailable()) {
      return true;
    }
    for (Subscribe.Request request : subscribe.requests()) {
      TopicFilter filter = TopicFilter.parse(request.filter());
      if (filter != null && filter.isShared() && !limits.sharedAvailable()) {
        active.end(Reason.PROTOCOL_ERROR, ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED);
        return false;
      }
      if (filter != null && filter.hasWildcard() && !limits.wildcardAvailable()) {
        active.end(Reason.PROTOCOL_ERROR, ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);
        return false;
      }
    }
    return true;
  }

  private @Nullable ReasonCode refusal(
      Session session, TopicFilter filter, Subscribe.Request request) {
    if (Topics.levels(filter.filter()) > limits.maxTopicLevels()) {
      return ReasonCode.TOPIC_FILTER_INVALID;
    }
    if (filter.isShared() && !limits.sharedAvailable()) {
      return ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
    }
    if (filter.hasWildcard() && !limits.wildcardAvailable()) {
      return ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED;
    }
    if (!session.hasRoomFor(filter)) {
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
    if (unsubscribe.beyond() > 0 && !active.isV5()) {
      // 3.x has no word for the ones that are refused, and would take them for gone.
      active.end(Reason.FILTERS_EXCEEDED, ReasonCode.QUOTA_EXCEEDED);
      return;
    }
    List<String> filters = unsubscribe.filters();
    List<ReasonCode> codes = new ArrayList<>(filters.size());
    new Turns(
            active,
            broker,
            filters.size(),
            i -> {
              codes.add(unsubscribe(session, filters.get(i)));
              return filters.get(i).length();
            },
            () ->
                afterStored(
                    () ->
                        active.writeSized(
                            new Unsuback(
                                unsubscribe.packetId(),
                                filled(
                                    codes,
                                    unsubscribe.beyond(),
                                    ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR),
                                Properties.NONE))))
        .begin();
    awaitStore(session);
  }

  /** A store that cannot write holds up those whose subscriptions it keeps. */
  private void awaitStore(Session session) {
    if (session.isPersistent()) {
      active.awaitStore();
    }
  }

  /** The codes, and the same one for each filter beyond the limit. */
  private static List<ReasonCode> filled(List<ReasonCode> codes, int beyond, ReasonCode code) {
    codes.addAll(Collections.nCopies(beyond, code));
    return codes;
  }

  private static ReasonCode unsubscribe(Session session, String filter) {
    if (TopicFilter.parse(filter) == null) {
      return ReasonCode.TOPIC_FILTER_INVALID;
    }
    return session.unsubscribe(filter) ? ReasonCode.SUCCESS : ReasonCode.NO_SUBSCRIPTION_EXISTED;
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

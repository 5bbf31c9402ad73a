package io.strmqtt.core.connection;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Message;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.core.Limits;
import io.strmqtt.core.session.Will;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Instant;
import java.util.Optional;

/**
 * What client and broker have agreed on with CONNECT and CONNACK.
 *
 * @param keepAlive seconds, 0 for none
 * @param sessionExpiry seconds after the connection ends
 * @param receiveMaximum what the client takes unacknowledged
 * @param maxPacketSize bytes the client takes
 */
record ClientTerms(
    Connect connect,
    Limits limits,
    String clientId,
    String username,
    int keepAlive,
    long sessionExpiry,
    int receiveMaximum,
    long maxPacketSize,
    Instant since) {

  static ClientTerms of(Connect connect, Limits limits, Authorizer.Subject subject, Instant now) {
    Properties asked = connect.properties();
    int keepAlive = connect.keepAlive();
    if (connect.version() == MqttVersion.V5
        && limits.maxKeepAlive() > 0
        && (keepAlive == 0 || keepAlive > limits.maxKeepAlive())) {
      keepAlive = limits.maxKeepAlive(); // 3.1.2-21
    }
    long expiry =
        connect.version() == MqttVersion.V5
            ? asked.number(Property.SESSION_EXPIRY_INTERVAL, 0)
            : connect.cleanStart() ? 0 : SessionRecord.NEVER;
    return new ClientTerms(
        connect,
        limits,
        subject.clientId(),
        subject.username(),
        keepAlive,
        Math.min(expiry, limits.maxSessionExpiry()),
        (int) Math.min(asked.number(Property.RECEIVE_MAXIMUM, 65_535), limits.maxInFlight()),
        asked.number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE),
        now);
  }

  SessionRecord record(ClientEndpoint endpoint) {
    return new SessionRecord(
        clientId,
        username,
        Records.version(connect.version()),
        true,
        endpoint,
        connect.cleanStart(),
        keepAlive,
        sessionExpiry,
        since,
        Optional.empty(),
        Optional.empty());
  }

  Optional<Will> will() {
    return connect
        .will()
        .map(
            will ->
                new Will(
                    new Message(
                        will.topic(),
                        will.payload(),
                        will.qos(),
                        will.retain(),
                        Records.properties(will.properties()),
                        since.toEpochMilli(),
                        clientId),
                    will.properties().number(Property.WILL_DELAY_INTERVAL, 0)));
  }

  /** The answer that accepts, with what the broker allows (3.2.2.3). */
  Connack connack(boolean sessionPresent) {
    if (connect.version() != MqttVersion.V5) {
      return new Connack(sessionPresent, ReasonCode.SUCCESS, Properties.NONE);
    }
    Properties.Builder properties = Properties.builder();
    if (sessionExpiry != connect.properties().number(Property.SESSION_EXPIRY_INTERVAL, 0)) {
      properties.add(Property.SESSION_EXPIRY_INTERVAL, sessionExpiry);
    }
    properties.add(Property.RECEIVE_MAXIMUM, limits.receiveMaximum());
    properties.add(Property.MAXIMUM_PACKET_SIZE, limits.maxPacketSize());
    if (limits.maxQos() < 2) {
      properties.add(Property.MAXIMUM_QOS, limits.maxQos());
    }
    if (!limits.retainAvailable()) {
      properties.add(Property.RETAIN_AVAILABLE, 0);
    }
    if (connect.clientId().isEmpty()) {
      properties.add(Property.ASSIGNED_CLIENT_IDENTIFIER, clientId); // 3.2.2-16
    }
    if (limits.topicAliasMaximum() > 0) {
      properties.add(Property.TOPIC_ALIAS_MAXIMUM, limits.topicAliasMaximum());
    }
    if (!limits.wildcardAvailable()) {
      properties.add(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 0);
    }
    if (!limits.sharedAvailable()) {
      properties.add(Property.SHARED_SUBSCRIPTION_AVAILABLE, 0);
    }
    if (keepAlive != connect.keepAlive()) {
      properties.add(Property.SERVER_KEEP_ALIVE, keepAlive);
    }
    return new Connack(sessionPresent, ReasonCode.SUCCESS, properties.build());
  }
}

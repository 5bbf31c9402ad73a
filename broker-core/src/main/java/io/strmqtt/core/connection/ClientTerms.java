package io.strmqtt.core.connection;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Message;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.core.Limits;
import io.strmqtt.core.session.Will;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Instant;
import java.util.Optional;

/**
 * What client and broker have agreed on with CONNECT and CONNACK; of CONNECT itself, with its
 * password, nothing is kept.
 *
 * @param keepAlive seconds, 0 for none
 * @param sessionExpiry seconds after the connection ends
 * @param receiveMaximum what the client takes unacknowledged
 * @param maxPacketSize bytes the client takes
 * @param will what to publish if the connection ends without DISCONNECT
 * @param announced the properties of CONNACK
 */
record ClientTerms(
    MqttVersion version,
    String clientId,
    String username,
    boolean cleanStart,
    int keepAlive,
    long sessionExpiry,
    int receiveMaximum,
    long maxPacketSize,
    Optional<Will> will,
    Properties announced,
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
    expiry = Math.min(expiry, limits.maxSessionExpiry());
    return new ClientTerms(
        connect.version(),
        subject.clientId(),
        subject.username(),
        connect.cleanStart(),
        keepAlive,
        expiry,
        (int) Math.min(asked.number(Property.RECEIVE_MAXIMUM, 65_535), limits.maxInFlight()),
        asked.number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE),
        connect.will().map(will -> will(will, subject.clientId(), now)),
        connect.version() == MqttVersion.V5
            ? announced(connect, limits, subject.clientId(), keepAlive, expiry)
            : Properties.NONE,
        now);
  }

  private static Will will(MqttPacket.Will will, String clientId, Instant now) {
    return new Will(
        new Message(
            will.topic(),
            will.payload(),
            will.qos(),
            will.retain(),
            Records.properties(will.properties()),
            now.toEpochMilli(),
            clientId),
        will.properties().number(Property.WILL_DELAY_INTERVAL, 0));
  }

  /** What the broker allows (3.2.2.3). */
  private static Properties announced(
      Connect connect, Limits limits, String clientId, int keepAlive, long expiry) {
    Properties.Builder properties = Properties.builder();
    if (expiry != connect.properties().number(Property.SESSION_EXPIRY_INTERVAL, 0)) {
      properties.add(Property.SESSION_EXPIRY_INTERVAL, expiry);
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
    if (!limits.identifiersAvailable()) {
      properties.add(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0);
    }
    if (!limits.sharedAvailable()) {
      properties.add(Property.SHARED_SUBSCRIPTION_AVAILABLE, 0);
    }
    if (keepAlive != connect.keepAlive()) {
      properties.add(Property.SERVER_KEEP_ALIVE, keepAlive);
    }
    return properties.build();
  }

  SessionRecord record(ClientEndpoint endpoint) {
    return new SessionRecord(
        clientId,
        username,
        Records.version(version),
        true,
        endpoint,
        cleanStart,
        keepAlive,
        sessionExpiry,
        since,
        Optional.empty(),
        Optional.empty());
  }

  Connack connack(boolean sessionPresent) {
    return new Connack(sessionPresent, ReasonCode.SUCCESS, announced);
  }
}

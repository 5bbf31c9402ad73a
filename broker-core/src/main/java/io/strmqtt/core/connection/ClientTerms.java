package io.strmqtt.core.connection;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Message;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.core.Limits;
import io.strmqtt.core.session.Will;
import io.strmqtt.core.sys.SysAccess;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What client and broker have agreed on with CONNECT and CONNACK; of CONNECT itself, with its
 * password, nothing is kept.
 *
 * @param keepAlive seconds, 0 for none
 * @param sessionExpiry seconds after the connection ends
 * @param receiveMaximum what the client takes unacknowledged
 * @param maxPacketSize bytes the client takes
 * @param topicAliasMaximum topic aliases used towards the client
 * @param will what to publish if the connection ends without DISCONNECT
 * @param announced the properties of CONNACK
 * @param bridge whether a 3.x client has said that it is one
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
    int topicAliasMaximum,
    Optional<Will> will,
    Properties announced,
    Instant since,
    boolean bridge) {

  /** In the order in which they are left out: hints, not limits. */
  private static final List<Property> DISPENSABLE =
      List.of(Property.RESPONSE_INFORMATION, Property.TOPIC_ALIAS_MAXIMUM);

  /** Characters; their UTF-8 fits into a field whatever they are. */
  private static final int LONGEST_INFORMATION = 65_535 / 3;

  /**
   * @param proof what CONNACK says of an enhanced authentication
   */
  static ClientTerms of(
      Connect connect, Limits limits, Authorizer.Subject subject, Properties proof, Instant now) {
    Properties asked = connect.properties();
    int keepAlive = connect.keepAlive();
    if (connect.version() == MqttVersion.V5
        && limits.maxKeepAlive() > 0
        && (keepAlive == 0 || keepAlive > limits.maxKeepAlive())) {
      keepAlive = limits.maxKeepAlive(); // 3.1.2-21
    }
    long expiry = sessionExpiry(connect, limits);
    return new ClientTerms(
        connect.version(),
        subject.clientId(),
        subject.username(),
        connect.cleanStart(),
        keepAlive,
        expiry,
        (int) Math.min(asked.number(Property.RECEIVE_MAXIMUM, 65_535), limits.maxInFlight()),
        asked.number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE),
        (int)
            Math.min(
                asked.number(Property.TOPIC_ALIAS_MAXIMUM, 0), // MQTT-3.1.2-26, MQTT-3.1.2-27
                limits.outboundTopicAliases()),
        connect
            .will()
            .filter(will -> !SysAccess.isBridgeNotification(will.topic()))
            .map(will -> will(will, subject.clientId(), now)),
        connect.version() == MqttVersion.V5
            ? announced(connect, limits, subject, proof, keepAlive, expiry)
            : Properties.NONE,
        now,
        connect.bridge());
  }

  /** Seconds the client's session is to outlive its connection. */
  static long sessionExpiry(Connect connect, Limits limits) {
    long asked =
        connect.version() == MqttVersion.V5
            ? connect.properties().number(Property.SESSION_EXPIRY_INTERVAL, 0)
            : connect.cleanStart() ? 0 : SessionRecord.NEVER;
    return Math.min(asked, limits.maxSessionExpiry());
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
      Connect connect,
      Limits limits,
      Authorizer.Subject subject,
      Properties proof,
      int keepAlive,
      long expiry) {
    Properties asked = connect.properties();
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
      properties.add(Property.ASSIGNED_CLIENT_IDENTIFIER, subject.clientId()); // 3.2.2-16
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
    if (!limits.responseInformation().isEmpty()
        && asked.number(Property.REQUEST_RESPONSE_INFORMATION, 0) == 1) { // MQTT-3.1.2-28
      String information = responseInformation(limits.responseInformation(), subject);
      if (information.length() <= LONGEST_INFORMATION) {
        properties.add(Property.RESPONSE_INFORMATION, information);
      }
    }
    proof.entries().forEach(properties::add); // MQTT-4.12.0-5; without an exchange, -6
    return shortened(
        properties.build(), asked.number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE));
  }

  /** The configured text with the client's own names in it. */
  private static String responseInformation(String pattern, Authorizer.Subject subject) {
    StringBuilder text = new StringBuilder(pattern.length() + subject.clientId().length());
    for (int i = 0; i < pattern.length(); i++) {
      char next = i + 1 < pattern.length() ? pattern.charAt(i + 1) : 0;
      if (pattern.charAt(i) == '%' && (next == 'c' || next == 'u')) {
        text.append(next == 'c' ? subject.clientId() : subject.username());
        i++;
      } else {
        text.append(pattern.charAt(i));
      }
    }
    return text.toString();
  }

  /** Without what the client can do without, as far as CONNACK would be too large for it. */
  private static Properties shortened(Properties properties, long maxPacketSize) {
    Properties left = properties;
    for (Property dispensable : DISPENSABLE) {
      if (size(left) <= maxPacketSize) {
        break;
      }
      left = left.without(dispensable);
    }
    return left; // MQTT-3.1.2-24
  }

  private static int size(Properties announced) {
    return MqttEncoder.size(new Connack(false, ReasonCode.SUCCESS, announced), MqttVersion.V5);
  }

  /** The method of an enhanced authentication, if it was one. */
  Optional<String> authenticationMethod() {
    return announced.string(Property.AUTHENTICATION_METHOD);
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

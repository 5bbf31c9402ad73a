package io.strmqtt.core.engine;

import io.strmqtt.core.Limits;
import java.time.Duration;

/** Generous limits; a test sets the ones it is about. */
final class LimitsUnderTest {
  int maxConnections = 10_000;
  int maxSessions = 1_000_000;
  Duration connectTimeout = Duration.ofSeconds(10);
  int maxConnectSize = 65_536;
  int maxPacketSize = 1_048_576;
  int maxQos = 2;
  int receiveMaximum = 100;
  int maxInFlight = 100;
  int maxQueuedMessages = 1000;
  long maxQueuedBytes = 1 << 20;
  long maxPendingBytes = 64 << 20;
  int topicAliasMaximum = 10;
  int maxTopicLevels = 64;
  int maxSubscriptions = 100;
  long maxSessionExpiry = 0xFFFF_FFFFL;
  int maxKeepAlive = 0;
  boolean retainAvailable = true;
  boolean wildcardAvailable = true;
  boolean sharedAvailable = true;
  Duration writeTimeout = Duration.ofSeconds(30);
  int maxFiltersPerPacket = 10_000;
  boolean identifiersAvailable = true;
  boolean emptyClientIds = true;
  int outboundTopicAliases = 16;
  boolean validatePayloadFormat = false;
  String responseInformation = "";
  boolean dropOldest = false;
  int maxUserProperties = 128;
  int maxTopicAliasBytes = 65_536;
  int maxSubscriptionBytes = 1 << 20;

  Limits build() {
    return new Limits(
        maxConnections,
        20_000,
        maxSessions,
        connectTimeout,
        maxConnectSize,
        maxPacketSize,
        maxQos,
        receiveMaximum,
        maxInFlight,
        maxQueuedMessages,
        maxQueuedBytes,
        maxPendingBytes,
        topicAliasMaximum,
        maxTopicLevels,
        maxSubscriptions,
        maxSessionExpiry,
        maxKeepAlive,
        retainAvailable,
        wildcardAvailable,
        sharedAvailable,
        writeTimeout,
        maxFiltersPerPacket,
        identifiersAvailable,
        emptyClientIds,
        outboundTopicAliases,
        validatePayloadFormat,
        responseInformation,
        dropOldest,
        maxUserProperties,
        maxTopicAliasBytes,
        maxSubscriptionBytes);
  }
}

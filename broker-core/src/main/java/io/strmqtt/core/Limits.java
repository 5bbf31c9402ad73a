package io.strmqtt.core;

import java.time.Duration;

/**
 * What the broker allows and offers its clients. Each is enforced; those that MQTT 5 has a property
 * for are announced in CONNACK (section 3.2.2.3).
 *
 * @param maxConnections accepted connections at a time, at least 1
 * @param maxPendingConnections connections at a time, of all listeners, that have not been accepted
 *     yet, at least 1
 * @param maxSessions sessions, connected or not, at least 1
 * @param connectTimeout from accept (behind TLS and the WebSocket upgrade) to a complete CONNECT;
 *     and as long again for its authentication, and for each re-authentication
 * @param maxConnectSize bytes of a packet before the client is accepted, 128 to {@code
 *     maxPacketSize}
 * @param maxPacketSize bytes of any packet from a client, 128 to 268,435,460
 * @param maxQos 0, 1 or 2
 * @param receiveMaximum unacknowledged QoS 1 and 2 publications from one client, 1 to 65535
 * @param maxInFlight unacknowledged QoS 1 and 2 publications to one client, 1 to 65535; the client
 *     may ask for fewer
 * @param maxQueuedMessages messages that wait for one session, at least 1
 * @param maxQueuedBytes bytes that wait for one session, at least 64 KiB
 * @param maxPendingBytes bytes that wait for all sessions before publishers are slowed down
 * @param topicAliasMaximum topic aliases one client may use, 0 to 65535
 * @param maxTopicLevels levels of a topic name or filter, 1 to 1000
 * @param maxSubscriptions per session, at least 1
 * @param maxSessionExpiry seconds a session outlives its connection at the most, 0 to 4,294,967,295
 *     (for ever)
 * @param maxKeepAlive seconds; a longer keep-alive, or none, is replaced for MQTT 5 clients; 0 for
 *     no maximum
 * @param retainAvailable whether retained messages are kept
 * @param wildcardAvailable whether filters may hold wildcards
 * @param sharedAvailable whether {@code $share} filters are served
 * @param writeTimeout a client that has not read for so long while data waits is disconnected
 * @param maxFiltersPerPacket filters of one SUBSCRIBE or UNSUBSCRIBE that are served, at least 1
 * @param identifiersAvailable whether subscriptions may have identifiers
 * @param emptyClientIds whether a client may leave its client id to the broker
 * @param outboundTopicAliases topic aliases the broker uses towards one client that takes them, 0
 *     (none) to 65535
 * @param validatePayloadFormat whether a payload said to be UTF-8 has to be
 * @param responseInformation told to clients that ask for response information, with {@code %c} for
 *     the client id and {@code %u} for the user name; empty for none
 * @param dropOldest whether a full queue loses its oldest message rather than the one that comes
 * @param maxUserProperties user properties of one packet, and of a will, 0 to 65535
 * @param maxTopicAliasBytes bytes of all the topics that one client's topic aliases stand for
 * @param maxSubscriptionBytes bytes of all the topic filters of one session
 */
public record Limits(
    int maxConnections,
    int maxPendingConnections,
    int maxSessions,
    Duration connectTimeout,
    int maxConnectSize,
    int maxPacketSize,
    int maxQos,
    int receiveMaximum,
    int maxInFlight,
    int maxQueuedMessages,
    long maxQueuedBytes,
    long maxPendingBytes,
    int topicAliasMaximum,
    int maxTopicLevels,
    int maxSubscriptions,
    long maxSessionExpiry,
    int maxKeepAlive,
    boolean retainAvailable,
    boolean wildcardAvailable,
    boolean sharedAvailable,
    Duration writeTimeout,
    int maxFiltersPerPacket,
    boolean identifiersAvailable,
    boolean emptyClientIds,
    int outboundTopicAliases,
    boolean validatePayloadFormat,
    String responseInformation,
    boolean dropOldest,
    int maxUserProperties,
    int maxTopicAliasBytes,
    int maxSubscriptionBytes) {}

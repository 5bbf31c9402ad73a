package io.strmqtt.api.store;

import java.util.List;
import java.util.Optional;

/**
 * A session that an earlier run has left.
 *
 * @param session its record; {@code connected} if the run ended before the connection
 * @param will what was not published yet
 * @param queue its messages
 * @param messages how many wait in the queue, released ones not among them
 * @param bytes the sum of their weights
 * @param inFlight the QoS 2 messages whose handshake had begun, in the order of their numbers
 * @param sent the QoS 1 messages that were said to be sent and are still there, in the order of
 *     their numbers
 * @param received the packet identifiers of QoS 2 publications the client has not released
 */
public record StoredSession(
    SessionRecord session,
    List<SubscriptionRecord> subscriptions,
    Optional<StoredWill> will,
    MessageQueue queue,
    long messages,
    long bytes,
    List<Handshake> inFlight,
    List<Sent> sent,
    List<Integer> received) {

  /** A QoS 1 message that was sent, and the packet identifier it has. */
  public record Sent(long number, int packetId) {}

  /**
   * How far a QoS 2 message has come.
   *
   * @param number of the message
   * @param released whether its PUBREC has come
   */
  public record Handshake(long number, int packetId, boolean released) {}
}

package io.strmqtt.api.admin;

import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.SubscriptionRecord;
import java.util.List;

/** A session with what moves: its subscriptions and counters. */
public record SessionView(
    SessionRecord session, List<SubscriptionRecord> subscriptions, Counters counters) {

  /**
   * Since the session began, or since the broker started.
   *
   * @param received PUBLISH packets from the client
   * @param receivedBytes their payload bytes
   * @param sent PUBLISH packets to the client
   * @param sentBytes their payload bytes
   * @param dropped messages for the client that were dropped
   * @param queued messages that wait now
   * @param inFlight messages sent and not acknowledged now
   */
  public record Counters(
      long received,
      long receivedBytes,
      long sent,
      long sentBytes,
      long dropped,
      int queued,
      int inFlight) {}
}

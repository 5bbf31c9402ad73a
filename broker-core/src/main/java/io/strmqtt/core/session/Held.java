package io.strmqtt.core.session;

import io.strmqtt.core.routing.Delivery;

/**
 * What the messages of one connection, and its socket, occupy in memory: reported to the sum of
 * all. A body that waits for several sessions is in the sum once. On the session's loop only.
 */
final class Held {
  private final PendingBytes all;
  private long messages;
  private long unsent;
  private long reportedMessages;
  private long reportedUnsent;

  Held(PendingBytes all) {
    this.all = all;
  }

  /** A message has come into memory. */
  void take(Delivery delivery) {
    messages += delivery.publication().hold();
  }

  /** A message is not needed in memory any more. */
  void letGo(Delivery delivery) {
    messages -= delivery.publication().letGo();
  }

  /** Bytes of the messages, those apart that another session has counted. */
  long messages() {
    return messages;
  }

  /** Brings the sum up to date. */
  void report(long unsentBytes) {
    unsent = unsentBytes;
    if (messages != reportedMessages || unsent != reportedUnsent) {
      all.add(messages - reportedMessages, unsent - reportedUnsent);
      reportedMessages = messages;
      reportedUnsent = unsent;
    }
  }
}

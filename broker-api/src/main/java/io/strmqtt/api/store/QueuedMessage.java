package io.strmqtt.api.store;

import io.strmqtt.api.Message;

/**
 * A message that waits for one session, or is on its way to its client.
 *
 * @param number of the message; ascending in the order of publication
 * @param message what was published; the same for all sessions it waits for
 * @param qos of this copy, 1 or 2
 * @param retain the RETAIN flag of this copy
 * @param identifiers of the subscriptions it came by, in the order they are sent; not to be
 *     modified
 * @param shared the filter of the shared subscription it came by; empty if by none
 */
public record QueuedMessage(
    long number, Message message, int qos, boolean retain, int[] identifiers, String shared) {

  /**
   * What counts against bounds in bytes: of the message, for each queue it waits in, and of what
   * this copy alone has.
   */
  public int weight() {
    return message.weight() + Integer.BYTES * identifiers.length;
  }
}

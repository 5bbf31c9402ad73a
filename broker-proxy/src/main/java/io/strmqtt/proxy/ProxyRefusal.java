package io.strmqtt.proxy;

import io.strmqtt.api.Reason;

/**
 * What the first look refused. Its words are put together when they are asked for: most refusals of
 * a flood are only counted. Safe on every thread.
 *
 * @param found for people: what was found, without text from the wire
 * @param offset the byte of the header at which it was found, counted from 0; -1 if it was none
 * @param firstBytes at most 32 bytes of what was looked at, the start of the connection or of the
 *     second header; of an MQTT CONNECT at most 12, as names and the password follow. Not to be
 *     modified
 * @param hint what to do about it on either side
 */
public record ProxyRefusal(
    Reason reason, String found, int offset, byte[] firstBytes, String hint) {
  private static final byte[] NO_BYTES = {};

  /** What was found, and where. */
  public String detail() {
    return offset < 0 ? found : found + " (offset " + offset + ")";
  }

  /** A refusal of a peer by its address: {@link ProxyHandler#refusesAtOnce}. */
  public static ProxyRefusal unread(Reason reason, Hints hints) {
    return new ProxyRefusal(reason, "its bytes were not read", -1, NO_BYTES, hints.of(reason));
  }
}

package io.strmqtt.api.admin;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import java.time.Instant;

/**
 * A connection that was refused on account of its PROXY header, or for want of one.
 *
 * @param endpoint what was known of it; before a header, the socket's addresses
 * @param firstBytes at most 32 bytes of what was looked at, in lower-case hex; of an MQTT CONNECT
 *     at most 12, as names and the password follow; of an HTTP request none from the question mark
 *     on
 * @param guess what the bytes look like, in English
 * @param detail what exactly was found
 * @param hint what to do about it on either side
 */
public record ProxyReject(
    Instant at,
    ClientEndpoint endpoint,
    Reason reason,
    String firstBytes,
    String guess,
    String detail,
    String hint) {}

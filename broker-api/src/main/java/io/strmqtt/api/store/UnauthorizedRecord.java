package io.strmqtt.api.store;

import java.time.Instant;

/**
 * Refused attempts of the same client address, client id, user name, listener and reason.
 *
 * @param last the latest of them
 * @param attempts how many there were, at least 1
 */
public record UnauthorizedRecord(
    UnauthorizedAttempt last, Instant firstSeen, Instant lastSeen, long attempts) {}

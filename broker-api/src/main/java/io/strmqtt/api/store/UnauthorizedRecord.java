package io.strmqtt.api.store;

import io.strmqtt.api.Reason;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Refused attempts of the same client address, client id, user name and listener; or, if {@code
 * folded} is not 0, what is left of several such records.
 *
 * @param last the latest of them; of folded records without client id and user name
 * @param attempts how many there were, at least 1
 * @param reasons how many for each reason; together {@code attempts}
 * @param resolvedAt when the client got in, unless it was refused again since
 * @param folded how many records of one address (of a /64 network where it is IPv6) were folded
 *     into this one, because the address had too many; else 0
 */
public record UnauthorizedRecord(
    UnauthorizedAttempt last,
    Instant firstSeen,
    Instant lastSeen,
    long attempts,
    Map<Reason, Long> reasons,
    Optional<Instant> resolvedAt,
    long folded) {
  public UnauthorizedRecord {
    Map<Reason, Long> copy = new EnumMap<>(Reason.class);
    copy.putAll(reasons);
    reasons = Collections.unmodifiableMap(copy);
  }
}

package io.strmqtt.api.store;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Page;
import java.time.Instant;
import java.util.Optional;

/**
 * Refused attempts, folded by who; bounded in number, age and size of the records. The least
 * recently seen leaves. One address may have only so many records (all of an IPv6 /64 network count
 * as one): beyond, its least recently seen is folded into one that stands for all those of the
 * address that have left. So whoever invents client ids pushes out nobody else.
 *
 * <p>Neither {@link #record} nor {@link #resolved} waits for a disk; a durable store writes a
 * record at most once a second.
 */
public interface UnauthorizedStore {
  /**
   * Adds the attempt, or counts it on the record of the same client address, client id, user name
   * and listener, which is then not resolved.
   */
  void record(UnauthorizedAttempt attempt);

  /**
   * The client got in: marks the records of its address and client id, of whatever user name and
   * listener, as resolved, unless they are. Nothing to do, and cheap, if its address has none.
   */
  void resolved(ClientEndpoint endpoint, String clientId, Instant at);

  /**
   * Most recently seen first, behind the cursor. A record that is seen again while a caller pages
   * moves to the front; it appears at most once behind any cursor. May look at all records.
   *
   * @param limit at least 1
   * @throws IllegalArgumentException if the cursor is none of this store's, or the limit is below 1
   */
  Page<UnauthorizedRecord> page(UnauthorizedQuery query, Optional<String> cursor, int limit);

  /** As {@link #page(UnauthorizedQuery, Optional, int)}, of all records. */
  default Page<UnauthorizedRecord> page(Optional<String> cursor, int limit) {
    return page(new UnauthorizedQuery.MostRecent(), cursor, limit);
  }

  long size();
}

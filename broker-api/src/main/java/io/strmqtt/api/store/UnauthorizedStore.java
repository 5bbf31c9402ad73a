package io.strmqtt.api.store;

import io.strmqtt.api.Page;
import java.util.Optional;

/** Refused attempts, folded by who and why; bounded: the least recently seen leaves. */
public interface UnauthorizedStore {
  /**
   * Adds the attempt, or counts it on the record of the same client address, client id, user name,
   * listener and reason.
   */
  void record(UnauthorizedAttempt attempt);

  /**
   * Most recently seen first, behind the cursor. A record that is seen again while a caller pages
   * moves to the front; it appears at most once behind any cursor.
   *
   * @param limit at least 1
   * @throws IllegalArgumentException if the cursor is none of this listing's
   */
  Page<UnauthorizedRecord> page(Optional<String> cursor, int limit);

  long size();
}

package io.strmqtt.session.rocks;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The numbers of messages and queues. Some are reserved in the database before they are used; the
 * next run begins behind those.
 */
final class Numbers {
  /** The row of {@link Family#META} that says up to where they are reserved. */
  static final byte[] RESERVED = Keys.text("reserved");

  private static final long RESERVE = 1L << 32;

  private final AtomicLong latest;
  // the committer's
  private long reserved;

  /**
   * @param reserved by earlier runs, 0 by none
   */
  Numbers(long reserved) {
    this.latest = new AtomicLong(reserved);
    this.reserved = reserved;
  }

  /** Any thread. */
  long next() {
    return latest.incrementAndGet();
  }

  /** What is to be written when half of the reserved ones are used. The committer's. */
  Optional<Change> reserve() {
    long used = latest.get();
    if (reserved - used > RESERVE / 2) {
      return Optional.empty();
    }
    reserved = used + RESERVE;
    return Optional.of(new Change.Put(Family.META, RESERVED, Keys.number(reserved)));
  }
}

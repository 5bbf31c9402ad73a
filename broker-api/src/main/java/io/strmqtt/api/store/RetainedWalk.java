package io.strmqtt.api.store;

import io.strmqtt.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * A walk through the retained messages whose topics match a filter, in steps as small as its user
 * likes. It holds no lock and may be left where it is. For one thread at a time.
 */
public interface RetainedWalk {
  /**
   * Walks on to the next message.
   *
   * @param steps how many topic levels to look at, at most; at least 1
   * @return null if there was none in so many steps, or {@link #isOver}, or {@link #isReading}
   */
  @Nullable Message next(int steps);

  /**
   * Tells whether the next message is being read from the store. Until it is there, {@link #next}
   * returns null; then the task that was given to {@link RetainedStore#match} runs.
   */
  boolean isReading();

  /** Whether all have been handed over. */
  boolean isOver();
}

package io.strmqtt.api.store;

import java.util.List;

/**
 * A part of a queue, as one read returns it.
 *
 * @param messages in the order of their numbers
 * @param behind what there is behind the last of them
 * @param complete whether none had to be left out because the store cannot read it, and never will
 *     without help
 */
public record QueuePage(List<QueuedMessage> messages, Behind behind, boolean complete) {
  /** Says whether the queue goes on behind a page. */
  public enum Behind {
    /** There may be more. */
    MORE,
    /** The queue ends here. */
    NOTHING,
    /** The store could not read on; a later read may. */
    UNREADABLE
  }

  public QueuePage {
    messages = List.copyOf(messages);
  }

  /**
   * The page of a store that can always read.
   *
   * @param most how many were asked for: fewer are the last ones
   */
  public static QueuePage of(List<QueuedMessage> messages, int most) {
    return new QueuePage(messages, messages.size() < most ? Behind.NOTHING : Behind.MORE, true);
  }
}

package io.strmqtt.core.session;

import io.strmqtt.core.Deadlines;
import io.strmqtt.core.Deadlines.Entry;
import org.jspecify.annotations.Nullable;

/** What comes to pass if the client of a session stays away. On the session's loop only. */
final class Absence {
  private final Deadlines deadlines;
  private @Nullable Entry expiry;
  private @Nullable Entry willDelay;

  Absence(Deadlines deadlines) {
    this.deadlines = deadlines;
  }

  /** The session expires in so many nanoseconds. */
  void expireIn(long nanos, Runnable end) {
    expiry = new Entry(end);
    deadlines.set(expiry, nanos);
  }

  /** The will is due in so many nanoseconds. */
  void publishWillIn(long nanos, Runnable publish) {
    willDelay = new Entry(publish);
    deadlines.set(willDelay, nanos);
  }

  /** The client is back, or the session gone. */
  void end() {
    if (expiry != null) {
      deadlines.cancel(expiry);
    }
    if (willDelay != null) {
      deadlines.cancel(willDelay);
    }
  }
}

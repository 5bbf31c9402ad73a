package io.strmqtt.core.session;

import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.StoredSession;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Has the store note which QoS 1 messages were sent to one connection, with their packet
 * identifiers, so that they are sent again as what they are when the broker has ended meanwhile
 * (MQTT 5, 4.4). Only what the client does not acknowledge soon is noted: a client that answers at
 * once costs nothing. On the session's loop only.
 */
final class SentNotes {
  private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** The more there are the less often, for all are written each time. */
  private static final long EACH_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Session session;
  private final InFlight inFlight;
  private final MessageQueue kept;
  private boolean looksSoon;
  private boolean ended;

  SentNotes(Session session, InFlight inFlight, MessageQueue kept) {
    this.session = session;
    this.inFlight = inFlight;
    this.kept = kept;
  }

  /** A message has been sent. */
  void sent() {
    if (!looksSoon) {
      looksSoon = true;
      long upTo = inFlight.lastOrder();
      session.later(Math.max(SOON_NANOS, EACH_NANOS * inFlight.size()), () -> look(upTo));
    }
  }

  private void look(long upTo) {
    looksSoon = false;
    if (!ended) {
      note(upTo);
      if (inFlight.lastOrder() > upTo) {
        sent(); // What was sent meanwhile has its turn; for the rest, nothing is left to do.
      }
    }
  }

  /** The connection has ended: nothing of it is acknowledged any more. */
  void end() {
    ended = true;
    note(Long.MAX_VALUE);
  }

  private void note(long upTo) {
    @Nullable List<StoredSession.Sent> sent = inFlight.unnoted(upTo);
    if (sent != null) {
      kept.sent(sent);
    }
  }
}

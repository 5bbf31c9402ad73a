package io.strmqtt.core.session;

import io.strmqtt.api.Reason;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that do not keep up, of all loops, and what is done about them while memory is
 * short: their QoS 0 messages are dropped; when that is not enough, the one that holds most is
 * disconnected, and the next. Any thread.
 */
final class Laggards {
  private static final long DROP_NANOS = 50_000_000;

  /** What the last one has freed must have been counted before the next one is looked for. */
  private static final long DISCONNECT_NANOS = 5_000_000;

  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private final AtomicLong dropAt = new AtomicLong(Long.MIN_VALUE);
  private final AtomicLong disconnectAt = new AtomicLong(Long.MIN_VALUE);

  /** Notes whether the session keeps up. */
  void note(Session session, boolean lags) {
    if (lags) {
      sessions.add(session);
    } else {
      sessions.remove(session);
    }
  }

  /**
   * Makes room.
   *
   * @param now nanoseconds of the loops' clock
   * @param exhausted whether dropping has not been enough
   */
  void relieve(long now, boolean exhausted) {
    if (isDue(dropAt, now, DROP_NANOS)) {
      sessions.forEach(Session::dropQos0);
    }
    if (exhausted && isDue(disconnectAt, now, DISCONNECT_NANOS)) {
      Session worst = worst();
      if (worst != null) {
        sessions.remove(worst);
        worst.disconnect(Reason.SLOW_SUBSCRIBER);
      }
    }
  }

  private static boolean isDue(AtomicLong at, long now, long interval) {
    long due = at.get();
    return (due == Long.MIN_VALUE || now - due >= 0) && at.compareAndSet(due, now + interval);
  }

  private @Nullable Session worst() {
    Session worst = null;
    long most = -1;
    for (Session each : sessions) {
      long bytes = each.waitingBytes();
      if (bytes > most) {
        most = bytes;
        worst = each;
      }
    }
    return worst;
  }
}

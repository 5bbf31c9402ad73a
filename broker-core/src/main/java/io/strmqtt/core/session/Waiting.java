package io.strmqtt.core.session;

import io.strmqtt.core.Limits;
import io.strmqtt.core.routing.Delivery;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.LongSupplier;

/**
 * What waits for one session, counted against its bounds, and the signal to publishers. Above half
 * of a bound the session holds its publishers back, until a quarter is left; one that stays above
 * for ten seconds is too slow for that and loses messages at the bound instead, so that it cannot
 * hold others up for ever. While more waits for all sessions than is good, one that lags holds its
 * publishers back whatever its own bounds. Any thread, but for what says otherwise.
 */
final class Waiting {
  private static final long HOLD_NANOS = 10_000_000_000L;
  private static final long UNKNOWN = 0;
  // Not objects of their own: there may be millions of sessions.
  private static final AtomicIntegerFieldUpdater<Waiting> MESSAGES =
      AtomicIntegerFieldUpdater.newUpdater(Waiting.class, "messages");
  private static final AtomicLongFieldUpdater<Waiting> BYTES =
      AtomicLongFieldUpdater.newUpdater(Waiting.class, "bytes");
  private static final AtomicLongFieldUpdater<Waiting> REFUSED =
      AtomicLongFieldUpdater.newUpdater(Waiting.class, "refused");
  private static final AtomicLongFieldUpdater<Waiting> EARLIEST_EXPIRY =
      AtomicLongFieldUpdater.newUpdater(Waiting.class, "earliestExpiry");

  /** What a slow session has to take in ten seconds to hold its publishers back for longer. */
  private static final long PROGRESS_BYTES = 256 * 1024;

  private final Limits limits;
  private final PendingBytes all;
  private final LongSupplier nanoTime;
  private final Clock clock;

  /** Retained messages of new subscriptions, on their way: they are in no bound. */
  private volatile int retained;

  private volatile long retainedBytes;
  private volatile int messages;
  private volatile long bytes;
  private volatile long held;
  private volatile long refused;

  /** No message that waits expires before: milliseconds of the epoch, or {@link #UNKNOWN}. */
  private volatile long earliestExpiry = Long.MAX_VALUE;

  private volatile boolean holding;
  private volatile long since;

  /** Whether messages are in memory that the client has not taken. */
  private volatile boolean lagging;

  private volatile long laggingSince;
  private long takenBefore;

  Waiting(Limits limits, PendingBytes all, LongSupplier nanoTime, Clock clock) {
    this.clock = clock;
    this.limits = limits;
    this.all = all;
    this.nanoTime = nanoTime;
  }

  int messages() {
    return messages;
  }

  long bytes() {
    return bytes;
  }

  /** So many bytes are in memory for the connection; for the owner. */
  void holds(long now) {
    if (now != held) {
      held = now;
    }
  }

  /** Bytes in memory for the connection, retained messages among them; any thread. */
  long held() {
    return held;
  }

  /** Counts the message in; false, and nothing counted, if a bound is reached. */
  boolean enter(Delivery delivery) {
    return enter(delivery, limits.dropOldest());
  }

  /** The same while the client is away: what has expired makes room. */
  boolean enterAbsent(Delivery delivery) {
    return enter(delivery, limits.dropOldest() || hasExpired());
  }

  private boolean enter(Delivery delivery, boolean othersMakeRoom) {
    int weight = delivery.weight();
    int times = othersMakeRoom ? 2 : 1; // The owner needs some to do so.
    if (MESSAGES.incrementAndGet(this) - retained <= (long) times * limits.maxQueuedMessages()) {
      // One message larger than the bound may wait alone.
      if (BYTES.addAndGet(this, weight) - retainedBytes <= times * limits.maxQueuedBytes()
          || live() == 1) {
        noteExpiry(delivery.publication().message().expiresAt());
        return true;
      }
      BYTES.addAndGet(this, -weight);
    }
    MESSAGES.decrementAndGet(this);
    REFUSED.incrementAndGet(this);
    return false;
  }

  /** Whether older messages have to make room. */
  boolean isOver() {
    return excess() > 0;
  }

  /** How many messages are too many; at least one if they are too large together. */
  int excess() {
    if (!limits.dropOldest()) {
      return 0;
    }
    int tooMany = live() - limits.maxQueuedMessages();
    return tooMany > 0 || live() == 1 || liveBytes() <= limits.maxQueuedBytes()
        ? Math.max(0, tooMany)
        : 1;
  }

  private int live() {
    return messages - retained;
  }

  private long liveBytes() {
    return bytes - retainedBytes;
  }

  private void noteExpiry(long expiresAt) {
    if (expiresAt < earliestExpiry) {
      EARLIEST_EXPIRY.accumulateAndGet(this, expiresAt, Math::min);
    }
  }

  /** The client leaves; what was the earliest may have been sent to it. */
  void beginAbsence() {
    earliestExpiry = messages == 0 ? Long.MAX_VALUE : UNKNOWN;
  }

  /** Whether there are too many, or too large ones, and some may have expired. */
  boolean isCrowded() {
    boolean over =
        live() > limits.maxQueuedMessages() || live() > 1 && liveBytes() > limits.maxQueuedBytes();
    return over && hasExpired();
  }

  private boolean hasExpired() {
    long earliest = earliestExpiry;
    return earliest != UNKNOWN && earliest < Long.MAX_VALUE && clock.millis() >= earliest;
  }

  /** Whether a message was turned away though nobody knows yet what has expired: true once. */
  boolean asksWhatHasExpired() {
    return earliestExpiry == UNKNOWN
        && EARLIEST_EXPIRY.compareAndSet(this, UNKNOWN, Long.MAX_VALUE);
  }

  /** What has expired is gone, and nothing else expires before; milliseconds of the epoch. */
  void expireFrom(long earliest) {
    earliestExpiry = earliest;
  }

  /** When messages expire is for the store to say. */
  void forgetExpiry() {
    earliestExpiry = UNKNOWN;
  }

  /** Counts a message that was turned away before it came to the bounds. */
  void refuse() {
    REFUSED.incrementAndGet(this);
  }

  /** How many messages were turned away. */
  long refused() {
    return refused;
  }

  /** Counts in a retained message of a new subscription, whatever the bounds. For the owner. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  void enterRetained(int weight) {
    retained = retained + 1;
    retainedBytes = retainedBytes + weight;
    MESSAGES.incrementAndGet(this);
    BYTES.addAndGet(this, weight);
  }

  /** Counts it out. For the owner. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  void leaveRetained(int weight) {
    leave(weight);
    retained = retained - 1;
    retainedBytes = retainedBytes - weight;
  }

  /** Counts in what an earlier run of the broker has left. */
  void restore(int count, long weight) {
    MESSAGES.addAndGet(this, count);
    BYTES.addAndGet(this, weight);
    if (count > 0) {
      forgetExpiry();
    }
  }

  void leave(Delivery delivery) {
    leave(delivery.weight());
  }

  void leave(int weight) {
    MESSAGES.decrementAndGet(this);
    BYTES.addAndGet(this, -weight);
  }

  /**
   * Notes whether messages are in memory that the client has not taken; called by the owner after
   * each attempt to send.
   *
   * @param taken bytes the client has been sent so far
   * @return whether that has changed
   */
  boolean lag(boolean now, long taken) {
    if (!now) {
      boolean changed = lagging;
      lagging = false;
      return changed;
    }
    if (!lagging || taken - takenBefore >= PROGRESS_BYTES && !mayHold(laggingSince)) {
      laggingSince = nanoTime.getAsLong();
      takenBefore = taken;
    }
    boolean changed = !lagging;
    lagging = true;
    return changed;
  }

  /** Whether a QoS 0 message is to be dropped: memory is short, and the client is behind. */
  boolean hasNoRoomForQos0() {
    return lagging && all.isShort();
  }

  private boolean mayHold(long begin) {
    return nanoTime.getAsLong() - begin < HOLD_NANOS;
  }

  /** Whether a message just counted in asks its publisher to slow down. */
  boolean asksToSlowDown() {
    if (!isAbove(2)) {
      return isTooMuchForAll();
    }
    if (!holding) {
      // One that has taken nothing for long has had its time: hundreds that come to the level one
      // after the other would have theirs one after the other, too.
      since = lagging ? laggingSince : nanoTime.getAsLong();
      holding = true;
    }
    return isHoldingBack();
  }

  /**
   * Whether publishers are to wait. Asks for the level, too: the owner may have sent everything
   * between a publisher's look at the level and its mark, and would not come by to take it away.
   */
  boolean isHoldingBack() {
    return holding && isAbove(4) && mayHold(since) || isTooMuchForAll();
  }

  private boolean isTooMuchForAll() {
    return lagging && all.isOver() && mayHold(laggingSince);
  }

  /** Called by the owner when messages have left. */
  void relax() {
    if (holding && !isAbove(4)) {
      holding = false;
    }
  }

  private boolean isAbove(int part) {
    return live() > limits.maxQueuedMessages() / part
        || liveBytes() > limits.maxQueuedBytes() / part;
  }
}

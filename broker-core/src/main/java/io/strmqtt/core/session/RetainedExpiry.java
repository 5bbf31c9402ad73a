package io.strmqtt.core.session;

import io.strmqtt.core.Deadlines;
import java.util.concurrent.TimeUnit;

/**
 * Has retained messages that have expired removed, once a second, so many in a turn: they count
 * against the limits as long as they are there. On one loop.
 */
public final class RetainedExpiry {
  private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);
  private static final int TURN = 256;

  private final Broker broker;
  private final Shard shard;
  private final Deadlines.Entry next = new Deadlines.Entry(this::expire);

  public RetainedExpiry(Broker broker, Shard shard) {
    this.broker = broker;
    this.shard = shard;
  }

  /** Begins. Any thread. */
  public void start() {
    shard.execute(() -> shard.deadlines().set(next, INTERVAL));
  }

  private void expire() {
    shard.deadlines().set(next, INTERVAL); // First: one turn that fails is not the last one.
    int removed = broker.retained().expire(broker.clock().millis(), TURN);
    if (removed > 0) {
      broker.storage().flush();
    }
    if (removed == TURN) {
      shard.later(this::expire);
    }
  }
}

package io.strmqtt.core.session;

import io.strmqtt.core.routing.Router;
import io.strmqtt.core.routing.Subscription;
import java.util.Collection;
import java.util.Iterator;

/**
 * A session that has ended leaves the router. There may be thousands of subscriptions, so it does
 * that in turns; what the router still hands it meanwhile is dropped by name, as what was on its
 * way. On the loop the session was on.
 */
final class Withdrawal {
  private static final int PER_TURN = 256;

  private final Shard shard;
  private final Router router;
  private final Iterator<Subscription> left;

  /**
   * @param subscriptions not changed any more
   */
  Withdrawal(Shard shard, Router router, Collection<Subscription> subscriptions) {
    this.shard = shard;
    this.router = router;
    this.left = subscriptions.iterator();
  }

  void begin() {
    for (int i = 0; i < PER_TURN && left.hasNext(); i++) {
      router.unsubscribe(left.next());
    }
    if (left.hasNext()) {
      shard.later(this::begin);
    }
  }
}

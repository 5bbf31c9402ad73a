package io.strmqtt.core.session;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** The shard of each event loop; fixed when the broker starts. Any thread. */
public final class Shards {
  private final Map<EventLoop, Shard> byLoop = new IdentityHashMap<>();

  public Shards(EventLoopGroup loops, LongSupplier nanoTime, PendingBytes pending) {
    for (EventExecutor each : loops) {
      EventLoop loop = (EventLoop) each;
      byLoop.put(loop, new Shard(loop, nanoTime, pending));
    }
  }

  public Shard of(EventLoop loop) {
    Shard shard = byLoop.get(loop);
    if (shard == null) {
      throw new IllegalArgumentException("not one of the broker's event loops");
    }
    return shard;
  }

  public Iterable<Shard> all() {
    return byLoop.values();
  }
}

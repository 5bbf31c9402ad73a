package io.strmqtt.core.session;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The shard of each event loop; fixed when the broker starts. Any thread. */
public final class Shards {
  private final Map<EventLoop, Shard> byLoop = new IdentityHashMap<>();
  private final Shard[] ordered;

  public Shards(EventLoopGroup loops, LongSupplier nanoTime, PendingBytes pending) {
    for (EventExecutor each : loops) {
      EventLoop loop = (EventLoop) each;
      byLoop.put(loop, new Shard(loop, nanoTime, pending));
    }
    ordered = byLoop.values().toArray(new Shard[0]);
  }

  public Shard of(EventLoop loop) {
    Shard shard = byLoop.get(loop);
    if (shard == null) {
      throw new IllegalArgumentException("not one of the broker's event loops");
    }
    return shard;
  }

  /** Where the session of a client id begins that no connection has brought. */
  Shard of(String clientId) {
    return ordered[Math.floorMod(clientId.hashCode(), ordered.length)];
  }

  /**
   * Has every loop run the task.
   *
   * @param task is given what it has to call once it is done, on any thread
   * @return done when all have called
   */
  public CompletableFuture<Void> onEach(Consumer<Runnable> task) {
    return CompletableFuture.allOf(
        Arrays.stream(ordered)
            .map(
                shard -> {
                  CompletableFuture<Void> done = new CompletableFuture<>();
                  shard.loop().execute(() -> task.accept(() -> done.complete(null)));
                  return done;
                })
            .toArray(CompletableFuture[]::new));
  }

  /** Done when every loop has done what it was given before. */
  CompletableFuture<Void> caughtUp() {
    return CompletableFuture.allOf(
        Arrays.stream(ordered)
            .map(shard -> CompletableFuture.runAsync(() -> {}, shard.loop()))
            .toArray(CompletableFuture[]::new));
  }

  public Iterable<Shard> all() {
    return byLoop.values();
  }

  /** The loops are about to end: what other threads still bring is nobody's. */
  public void close() {
    for (Shard shard : ordered) {
      shard.close();
    }
  }
}

package io.strmqtt.core.engine;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.RetainedWalk;
import io.strmqtt.api.store.Storage;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The memory stores; each retained message has to be read first, which takes until the test runs
 * it.
 */
final class SlowBodies extends ForwardingStorage implements RetainedStore {
  /** What the store would read. */
  final Queue<Runnable> reads = new ArrayDeque<>();

  SlowBodies(Storage memory) {
    super(memory);
  }

  private final class SlowWalk implements RetainedWalk {
    private final RetainedWalk walk;
    private final Executor owner;
    private final Runnable ready;
    private @Nullable Message pending;
    private @Nullable Message read;
    private boolean reading;

    SlowWalk(RetainedWalk walk, Executor owner, Runnable ready) {
      this.walk = walk;
      this.owner = owner;
      this.ready = ready;
    }

    @Override
    public @Nullable Message next(int steps) {
      Message there = read;
      if (there != null || reading) {
        read = null;
        pending = reading ? pending : null;
        return there;
      }
      if (pending == null) {
        pending = walk.next(steps);
      }
      if (pending != null) {
        reading = true;
        reads.add(() -> owner.execute(this::take));
      }
      return null;
    }

    private void take() {
      reading = false;
      Message mine = pending;
      read = mine;
      ready.run();
      if (read == mine) {
        read = null;
      }
    }

    @Override
    public boolean isReading() {
      return reading;
    }

    @Override
    public boolean isOver() {
      return pending == null && walk.isOver();
    }
  }

  @Override
  public RetainedWalk match(String filter, Executor owner, Runnable ready) {
    return new SlowWalk(memory.retained().match(filter, owner, ready), owner, ready);
  }

  @Override
  public boolean put(Message message) {
    return memory.retained().put(message);
  }

  @Override
  public void remove(String topic) {
    memory.retained().remove(topic);
  }

  @Override
  public int expire(long now, int most) {
    return memory.retained().expire(now, most);
  }

  @Override
  public long size() {
    return memory.retained().size();
  }

  @Override
  public RetainedStore retained() {
    return this;
  }
}

package io.strmqtt.core.engine;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultithreadEventLoopGroup;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Event loops that take their turns on the test's own thread, a task at a time, in an order drawn
 * from a seed: concurrency that can be repeated. Each knows whether it is the one running, so the
 * engine's assertions about its owner thread hold here as they do on threads.
 */
public final class SimulatedLoops implements Loops {
  private final VirtualTime time = new VirtualTime();
  private final Random order;
  private final List<Loop> loops = new ArrayList<>();
  private final EventLoopGroup group;
  private final Thread thread = Thread.currentThread();
  private @Nullable Loop running;

  public SimulatedLoops(int count, long seed) {
    this.order = new Random(seed);
    this.group = new Group(count, this);
  }

  public VirtualTime time() {
    return time;
  }

  @Override
  public EventLoopGroup group() {
    return group;
  }

  @Override
  public EventLoop loop(int index) {
    return loops.get(index);
  }

  @Override
  public Duration patience() {
    return Duration.ZERO;
  }

  /** The loop whose turn it is, as the thread a task would be on; the test's own between turns. */
  Object turn() {
    return running == null ? this : running;
  }

  /** Runs tasks until there are none left that could run now. */
  @Override
  public void settle() {
    if (running != null) {
      return;
    }
    List<Loop> busy = new ArrayList<>();
    while (true) {
      busy.clear();
      for (Loop loop : loops) {
        loop.takeDue();
        if (!loop.tasks.isEmpty()) {
          busy.add(loop);
        }
      }
      if (busy.isEmpty()) {
        return;
      }
      busy.get(order.nextInt(busy.size())).runOne();
    }
  }

  /** Lets time pass, from one timer to the next. */
  public void pass(Duration duration) {
    long target = time.nanoTime() + duration.toNanos();
    settle();
    while (true) {
      long next = Long.MAX_VALUE;
      for (Loop loop : loops) {
        next = Math.min(next, loop.nextDeadline());
      }
      if (next > target) {
        break;
      }
      time.advanceTo(next);
      settle();
    }
    time.advanceTo(target);
    settle();
  }

  @Override
  public void close() {}

  /** Only its iterator and its chooser are used. */
  private static final class Group extends MultithreadEventLoopGroup {
    Group(int count, SimulatedLoops owner) {
      super(count, (Executor) Runnable::run, owner);
    }

    @Override
    protected EventLoop newChild(Executor executor, Object... args) {
      SimulatedLoops owner = (SimulatedLoops) args[0];
      Loop loop = owner.new Loop();
      owner.loops.add(loop);
      return loop;
    }
  }

  private final class Loop extends AbstractScheduledEventExecutor implements EventLoop {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final Promise<Object> terminated = new DefaultPromise<>(GlobalEventExecutor.INSTANCE);

    private void runOne() {
      running = this;
      try {
        tasks.remove().run();
      } finally {
        running = null;
      }
    }

    private void takeDue() {
      running = this;
      try {
        fetchFromScheduledTaskQueue(tasks);
      } finally {
        running = null;
      }
    }

    private long nextDeadline() {
      long next = nextScheduledTaskDeadlineNanos();
      return next < 0 ? Long.MAX_VALUE : next;
    }

    @Override
    public Ticker ticker() {
      return time;
    }

    @Override
    public boolean inEventLoop(Thread asked) {
      return asked == thread && running == this;
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public EventLoop next() {
      return this;
    }

    @Override
    public EventLoopGroup parent() {
      return group;
    }

    @Override
    public ChannelFuture register(Channel channel) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
      throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isShuttingDown() {
      return false;
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
      return terminated;
    }

    @Override
    public Future<?> terminationFuture() {
      return terminated;
    }

    @Override
    @Deprecated
    public void shutdown() {}

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}

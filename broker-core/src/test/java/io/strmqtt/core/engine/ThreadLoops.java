package io.strmqtt.core.engine;

import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Event loops on threads of their own. */
final class ThreadLoops implements Loops {
  private final EventLoopGroup group;
  private final List<EventLoop> loops = new ArrayList<>();

  ThreadLoops(int count) {
    group = new DefaultEventLoopGroup(count);
    for (EventExecutor each : group) {
      loops.add((EventLoop) each);
    }
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
  public void settle() {}

  @Override
  public Duration patience() {
    return Duration.ofSeconds(20);
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}

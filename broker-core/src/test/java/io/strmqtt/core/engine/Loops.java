package io.strmqtt.core.engine;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;

/** The event loops an engine under test lives on. */
interface Loops extends AutoCloseable {
  EventLoopGroup group();

  EventLoop loop(int index);

  /** Lets the loops do what is due now; a no-op for loops that run by themselves. */
  void settle();

  /** How long to wait for something that other threads bring about. */
  Duration patience();

  @Override
  void close();
}

package io.strmqtt.bench;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.strmqtt.core.Deadlines;
import io.strmqtt.proxy.Hints;
import io.strmqtt.proxy.ProxyHandler;
import io.strmqtt.proxy.ProxyListener;
import io.strmqtt.proxy.ProxyRefusal;
import io.strmqtt.proxy.ProxyVerdict.Header;
import java.time.Duration;
import java.util.Optional;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Takes what a handler has found out, one connection after the other, and sets its deadline on a
 * loop's wheel as the broker does. The broker has one of these for each connection, with one entry
 * of the wheel for all of its deadlines.
 */
final class Told implements ProxyListener {
  private static final Hints HINTS = new Hints("tcp");

  private final Blackhole sink;
  private final Deadlines deadlines;
  private final Deadlines.Entry deadline = new Deadlines.Entry(() -> {});

  Told(Blackhole sink, EventLoop loop) {
    this.sink = sink;
    this.deadlines = new Deadlines(loop, System::nanoTime);
  }

  @Override
  public Hints hints() {
    return HINTS;
  }

  @Override
  public void startDeadline(ProxyHandler handler, Duration timeout) {
    deadlines.set(deadline, timeout.toNanos());
  }

  @Override
  public void stopDeadline() {
    deadlines.cancel(deadline);
  }

  @Override
  public void accepted(ChannelHandlerContext ctx, Optional<Header> header) {
    sink.consume(header);
  }

  @Override
  public void rejected(ChannelHandlerContext ctx, ProxyRefusal refusal) {
    sink.consume(refusal);
    ctx.close();
  }

  @Override
  public void probe(ChannelHandlerContext ctx) {}
}

package io.strmqtt.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Tells when the first bytes come, and leaves: what tells a probe from an attempt. */
final class FirstByte extends ChannelInboundHandlerAdapter {
  private final Runnable seen;

  FirstByte(Runnable seen) {
    this.seen = seen;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    seen.run();
    ctx.fireChannelRead(message);
    ctx.pipeline().remove(this);
  }
}

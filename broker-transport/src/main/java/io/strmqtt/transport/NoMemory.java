package io.strmqtt.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Ends a connection by name when there is no memory for what it sends; until the engine has it,
 * which does that by itself.
 */
final class NoMemory extends ChannelInboundHandlerAdapter {
  private final Setup setup;

  NoMemory(Setup setup) {
    this.setup = setup;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!setup.isOutOfMemory(cause)) {
      ctx.fireExceptionCaught(cause);
    }
  }
}

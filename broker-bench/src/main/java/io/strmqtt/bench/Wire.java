package io.strmqtt.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;

/**
 * One channel for all connections of a run: a new one for each would cost more than what is
 * measured. So nobody can close it, and the handler under test comes and goes.
 */
final class Wire {
  private final EmbeddedChannel channel = new EmbeddedChannel(new Ends(), new Ends());
  private final ByteBuf segment;

  Wire(byte[] bytes) {
    segment = PooledByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
  }

  /** The bytes, from their start. They are not the caller's to release. */
  ByteBuf segment() {
    return segment.readerIndex(0);
  }

  EventLoop loop() {
    return channel.eventLoop();
  }

  /** A connection: its handler sees the segment once, and goes unless it has gone by itself. */
  void see(ChannelHandler handler) {
    channel.pipeline().addAfter(channel.pipeline().firstContext().name(), null, handler);
    channel.pipeline().fireChannelRead(segment().retain());
    if (channel.pipeline().context(handler) != null) {
      channel.pipeline().remove(handler);
    }
  }

  /** The socket's end lets nobody close it; the far end takes what comes. */
  private static final class Ends extends ChannelDuplexHandler {
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
      promise.setSuccess();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (ctx.pipeline().firstContext() == ctx) {
        ctx.fireChannelRead(message);
      } else {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {}
  }
}

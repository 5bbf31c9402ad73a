package io.strmqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Holds a WebSocket peer to the size the first packet may have: without it, one frame as long as
 * the largest packet would be gathered before anyone has said who they are. Leaves the pipeline
 * once CONNECT has been read; in an enhanced authentication, once it has been accepted.
 */
final class FirstPacketGate extends ChannelInboundHandlerAdapter {
  /** Frame headers around a CONNECT that may come in pieces. */
  private static final int FRAMING = 4096;

  private final Setup setup;
  private final int most;
  private int left;

  FirstPacketGate(Setup setup, int maxConnectSize) {
    this.setup = setup;
    this.most = maxConnectSize + FRAMING;
    this.left = most;
  }

  /** A packet has been read, and another small one may come. */
  void nextPacket() {
    left = most;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      left -= bytes.readableBytes();
      if (left < 0) {
        ReferenceCountUtil.release(message);
        setup.refuseFirstPacket();
        return;
      }
    }
    ctx.fireChannelRead(message);
  }
}

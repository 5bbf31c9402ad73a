package io.strmqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * Bytes out of binary frames and into them (MQTT 5, section 6). Frame borders mean nothing to MQTT
 * (6.0.0-2); any other data frame ends the connection (6.0.0-1).
 */
final class WebSocketFrames extends ChannelDuplexHandler {
  /** Fired into the pipeline when the peer broke the WebSocket rules. */
  static final Object BAD_FRAME = new Object();

  /** What comes behind a close or a forbidden frame is not looked at. */
  private boolean over;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof WebSocketFrame frame)) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (over) {
      frame.release();
      return;
    }
    switch (frame) {
      case BinaryWebSocketFrame binary -> ctx.fireChannelRead(binary.content());
      case ContinuationWebSocketFrame more -> ctx.fireChannelRead(more.content());
      case PingWebSocketFrame ping -> {
        if (ctx.channel().isWritable()) {
          ctx.writeAndFlush(new PongWebSocketFrame(ping.content()));
        } else {
          ping.release(); // A peer that pings and does not read gets no answer to pile up.
        }
      }
      case CloseWebSocketFrame close -> {
        over = true;
        close.release();
        ctx.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
        ctx.close();
      }
      case PongWebSocketFrame pong -> pong.release();
      default -> {
        over = true;
        frame.release();
        ctx.fireUserEventTriggered(BAD_FRAME);
        ctx.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.INVALID_MESSAGE_TYPE));
        ctx.close();
      }
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    ctx.write(
        message instanceof ByteBuf bytes ? new BinaryWebSocketFrame(bytes) : message, promise);
  }
}

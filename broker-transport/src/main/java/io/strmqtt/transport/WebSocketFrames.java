package io.strmqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Bytes out of binary frames and into them (MQTT 5, section 6). Frame borders mean nothing to MQTT
 * (6.0.0-2), so payload passes on as it comes, held to the limits of its packets alone; any other
 * data frame ends the connection (6.0.0-1). Of the pings that came since the last answer the latest
 * is answered.
 */
final class WebSocketFrames extends ChannelDuplexHandler {
  /** Fired into the pipeline when the peer broke the WebSocket rules. */
  static final Object BAD_FRAME = new Object();

  private final FrameReader reader = new FrameReader();
  private final FrameWriter writer = new FrameWriter();
  private byte @Nullable [] ping;

  /** What comes behind a close or a forbidden frame is not looked at. */
  private boolean over;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (over || !(message instanceof ByteBuf bytes)) {
      ReferenceCountUtil.release(message);
      return;
    }
    FrameReader.Result result = reader.read(bytes);
    byte[] next = reader.takePing();
    ping = next == null ? ping : next;
    over = result != FrameReader.Result.More.MORE;
    if (bytes.isReadable()) {
      ctx.fireChannelRead(bytes);
    } else {
      bytes.release();
    }
    switch (result) {
      case FrameReader.Result.More _ -> {}
      case FrameReader.Result.Closed(WebSocketCloseStatus status) -> end(ctx, status);
      case FrameReader.Result.Broken(WebSocketCloseStatus status) -> {
        ctx.fireUserEventTriggered(BAD_FRAME);
        end(ctx, status);
      }
    }
  }

  private void end(ChannelHandlerContext ctx, WebSocketCloseStatus status) {
    writeClose(ctx, status.code(), status.reasonText(), ctx.newPromise());
    ctx.flush();
    ctx.close();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    if (writePong(ctx)) {
      ctx.flush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    ctx.fireChannelWritabilityChanged();
    if (writePong(ctx)) {
      ctx.flush();
    }
  }

  /** A peer that pings and does not read gets no answers to pile up. */
  private boolean writePong(ChannelHandlerContext ctx) {
    byte[] payload = ping;
    if (payload == null || over || !writer.isBetweenFrames() || !ctx.channel().isWritable()) {
      return false;
    }
    ping = null;
    ByteBuf pong =
        FrameWriter.header(ctx.alloc(), FrameWriter.PONG, payload.length, payload.length);
    ctx.write(pong.writeBytes(payload), ctx.voidPromise());
    return true;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    switch (message) {
      case CloseWebSocketFrame close -> {
        writeClose(ctx, close.statusCode(), close.reasonText(), promise);
        close.release();
      }
      case ByteBuf bytes -> writer.write(ctx, bytes, promise);
      default -> ctx.write(message, promise);
    }
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    writePong(ctx);
    ctx.flush();
  }

  /** In the middle of a frame nothing but the rest of it could be said. */
  private void writeClose(
      ChannelHandlerContext ctx, int code, String reason, ChannelPromise promise) {
    if (!writer.isBetweenFrames()) {
      promise.trySuccess();
      return;
    }
    int length = 2 + ByteBufUtil.utf8Bytes(reason);
    ByteBuf close = FrameWriter.header(ctx.alloc(), FrameWriter.CLOSE, length, length);
    close.writeShort(code);
    ByteBufUtil.writeUtf8(close, reason);
    ctx.write(close, promise);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    writer.discard();
  }
}

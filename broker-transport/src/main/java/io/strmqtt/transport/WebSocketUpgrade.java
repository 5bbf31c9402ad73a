package io.strmqtt.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.strmqtt.api.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the one HTTP request of a WebSocket connection, answers it, and leaves with the rest of
 * HTTP. What {@link Handshake} thinks of the request is what happens.
 */
final class WebSocketUpgrade extends SimpleChannelInboundHandler<FullHttpRequest> {
  private final Setup setup;
  private final Handshake handshake;
  private final Runnable next;
  private boolean begun;
  private boolean seen;

  WebSocketUpgrade(Setup setup, Handshake handshake, Runnable next) {
    this.setup = setup;
    this.handshake = handshake;
    this.next = next;
  }

  /** The peer has sent something, be it a whole request or not. */
  void begun() {
    begun = true;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    if (seen) {
      return; // There is one request on a connection.
    }
    seen = true;
    Throwable failure = request.decoderResult().cause();
    if (failure instanceof PrematureChannelClosureException) {
      brokeOff();
      return;
    }
    if (failure != null) {
      unreadable(ctx, failure);
      return;
    }
    setup.forwarded(request.headers());
    switch (handshake.judge(request)) {
      case Handshake.Refused refused -> answer(ctx, refused);
      case Handshake.Accepted accepted -> accept(ctx, accepted);
    }
  }

  private void unreadable(ChannelHandlerContext ctx, Throwable failure) {
    HttpResponseStatus status = HttpResponseStatus.BAD_REQUEST;
    String text = "the request cannot be read";
    if (failure instanceof TooLongHttpLineException) {
      status = HttpResponseStatus.REQUEST_URI_TOO_LONG;
      text = "the request line is longer than " + handshake.maxRequestLine() + " bytes";
    } else if (failure instanceof TooLongHttpHeaderException) {
      status = HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
      text = "the headers are longer than " + Handshake.MAX_HEADERS + " bytes";
    }
    answer(ctx, Handshake.Refused.of(status, Reason.BAD_HTTP, text));
  }

  private void accept(ChannelHandlerContext ctx, Handshake.Accepted accepted) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
    response
        .headers()
        .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accepted.accept())
        .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, accepted.subprotocol());
    ctx.writeAndFlush(response);
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.addLast("frames", new WebSocketFrames());
    next.run();
    pipeline.remove(HttpBody.class);
    pipeline.remove(this);
    // Last: it passes on what came behind the request, perhaps in the same segment.
    pipeline.remove(HttpServerCodec.class);
  }

  /** Says what is wrong, to the peer, the log and the record. */
  void answer(ChannelHandlerContext ctx, Handshake.Refused refused) {
    seen = true;
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            refused.status(),
            Unpooled.copiedBuffer(
                refused.text() + "; this is an MQTT broker\n", StandardCharsets.UTF_8));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    if (refused.status().equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
      response
          .headers()
          .set(HttpHeaderNames.CONNECTION, "close, upgrade")
          .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
          .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, Handshake.VERSION);
    }
    setup.lastWords(refused.reason(), refused.detail(), ctx.writeAndFlush(response));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!seen && begun) {
      brokeOff();
    } else if (!seen) {
      setup.probed();
    }
    ctx.fireChannelInactive();
  }

  /** TLS's end of data is an end as a FIN is. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == SslCloseCompletionEvent.SUCCESS) {
      ctx.close();
    }
    ctx.fireUserEventTriggered(event);
  }

  private void brokeOff() {
    setup.report(Reason.CLOSED_BEFORE_CONNECT, "closed in the middle of its HTTP request");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      ctx.close();
    } else if (!setup.isOutOfMemory(cause)) {
      setup.refuse(Reason.BAD_HTTP, String.valueOf(cause.getMessage()));
    }
  }
}

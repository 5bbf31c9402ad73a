package io.strmqtt.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.strmqtt.api.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the one HTTP request of a WebSocket connection (RFC 6455, section 4.2) and leaves with the
 * rest of HTTP.
 */
final class WebSocketUpgrade extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final String SUBPROTOCOLS = "mqtt,mqttv3.1"; // 6.0.0-3

  private final Setup setup;
  private final String path;
  private final int maxFrame;
  private final Runnable next;
  private boolean begun;
  private boolean seen;

  WebSocketUpgrade(Setup setup, String path, int maxFrame, Runnable next) {
    this.setup = setup;
    this.path = path;
    this.maxFrame = maxFrame;
    this.next = next;
  }

  /** The peer has sent something, be it a whole request or not. */
  void begun() {
    begun = true;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    seen = true;
    if (request.decoderResult().cause() instanceof PrematureChannelClosureException) {
      brokeOff();
      return;
    }
    if (request.decoderResult().isFailure()) {
      answer(ctx, HttpResponseStatus.BAD_REQUEST, Reason.BAD_HTTP, "the request cannot be read");
      return;
    }
    setup.forwarded(request.headers());
    if (!new QueryStringDecoder(request.uri()).path().equals(path)) {
      answer(ctx, HttpResponseStatus.NOT_FOUND, Reason.NOT_WEBSOCKET, "the path is not " + path);
      return;
    }
    if (!request.method().equals(HttpMethod.GET)
        || !request
            .headers()
            .containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
      answer(
          ctx,
          HttpResponseStatus.UPGRADE_REQUIRED,
          Reason.NOT_WEBSOCKET,
          "it is no WebSocket upgrade");
      return;
    }
    WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshakerFactory(
                "ws://" + request.headers().get(HttpHeaderNames.HOST, "localhost") + path,
                SUBPROTOCOLS,
                WebSocketDecoderConfig.newBuilder()
                    .maxFramePayloadLength(maxFrame)
                    .allowExtensions(false)
                    .build())
            .newHandshaker(request);
    if (handshaker == null) {
      answer(
          ctx,
          HttpResponseStatus.UPGRADE_REQUIRED,
          Reason.NOT_WEBSOCKET,
          "WebSocket version 13 is needed");
      return;
    }
    if (!offersMqtt(request)) {
      answer(
          ctx,
          HttpResponseStatus.BAD_REQUEST,
          Reason.NOT_WEBSOCKET,
          "Sec-WebSocket-Protocol offers neither mqtt nor mqttv3.1");
      return;
    }
    try {
      handshaker.handshake(ctx.channel(), request);
    } catch (RuntimeException e) {
      answer(
          ctx,
          HttpResponseStatus.BAD_REQUEST,
          Reason.NOT_WEBSOCKET,
          String.valueOf(e.getMessage()));
      return;
    }
    ctx.pipeline().addLast("frames", new WebSocketFrames());
    setup.guardFirstPacket();
    next.run();
    ctx.pipeline().remove(this);
  }

  private static boolean offersMqtt(FullHttpRequest request) {
    for (String header : request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
      for (String offered : header.split(",", -1)) {
        if (offered.trim().equals("mqtt") || offered.trim().equals("mqttv3.1")) {
          return true;
        }
      }
    }
    return false;
  }

  private void answer(
      ChannelHandlerContext ctx, HttpResponseStatus status, Reason reason, String text) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            Unpooled.copiedBuffer(text + "; this is an MQTT broker\n", StandardCharsets.UTF_8));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    if (status.equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
      response
          .headers()
          .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
          .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
    }
    setup.report(reason, text);
    ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
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

  private void brokeOff() {
    setup.report(Reason.CLOSED_BEFORE_CONNECT, "closed in the middle of its HTTP request");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      ctx.close();
    } else {
      setup.refuse(Reason.BAD_HTTP, String.valueOf(cause.getMessage()));
    }
  }
}

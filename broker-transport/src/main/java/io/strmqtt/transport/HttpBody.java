package io.strmqtt.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.strmqtt.api.Reason;

/**
 * Gathers the one request of a connection; a body that does not belong there is refused by name.
 */
final class HttpBody extends HttpObjectAggregator {
  private static final int MAX_BYTES = 4096;

  private final WebSocketUpgrade upgrade;

  HttpBody(WebSocketUpgrade upgrade) {
    super(MAX_BYTES);
    this.upgrade = upgrade;
  }

  @Override
  protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
    // The aggregator's own answer would leave the connection open, and nobody would end it.
    upgrade.answer(
        ctx,
        Handshake.Refused.of(
            HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
            Reason.BAD_HTTP,
            "the request has a body of more than " + MAX_BYTES + " bytes"));
  }
}

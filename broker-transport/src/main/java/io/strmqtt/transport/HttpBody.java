package io.strmqtt.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.strmqtt.api.Reason;

/**
 * Gathers the one request of a connection; a body that does not belong there is refused by name.
 */
final class HttpBody extends HttpObjectAggregator {
  private static final int MAX_BYTES = 4096;

  private final Setup setup;

  HttpBody(Setup setup) {
    super(MAX_BYTES);
    this.setup = setup;
  }

  @Override
  protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
    // The aggregator's own answer would leave the connection open, and nobody would end it.
    setup.refuse(Reason.BAD_HTTP, "the request has a body of more than " + MAX_BYTES + " bytes");
  }
}

package io.strmqtt.bench;

import io.netty.channel.ChannelHandlerContext;
import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyListener;
import io.strmqtt.proxy.ProxyVerdict.Header;
import java.util.Optional;
import org.openjdk.jmh.infra.Blackhole;

/** Takes what a handler has found out. */
record Told(Blackhole sink) implements ProxyListener {
  @Override
  public String listenerName() {
    return "tcp";
  }

  @Override
  public void accepted(ChannelHandlerContext ctx, Optional<Header> header) {
    sink.consume(header);
  }

  @Override
  public void rejected(
      ChannelHandlerContext ctx, Reason reason, String detail, byte[] firstBytes, String hint) {
    sink.consume(detail);
    sink.consume(firstBytes);
    sink.consume(hint);
    ctx.close();
  }

  @Override
  public void probe(ChannelHandlerContext ctx) {}
}

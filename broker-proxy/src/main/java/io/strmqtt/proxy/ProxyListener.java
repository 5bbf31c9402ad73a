package io.strmqtt.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.strmqtt.api.Reason;
import java.util.Optional;

/**
 * Who is told what the first look at a connection found. All calls come on the channel's event
 * loop.
 */
public interface ProxyListener {

  /** The listener's name as configured, such as {@code tcp}; hints name its keys. */
  String listenerName();

  /**
   * The connection may go on. This is the place to compute the endpoint and to add the next
   * handlers; what follows the header is fired into the pipeline after this call, unless it closes
   * the channel.
   *
   * <p>On an enabled listener it comes once the header is complete, even if nothing follows it
   * (yet): a proxy's health check may end here. On a disabled one it comes with the first bytes
   * that are no header: the deadline for those is the caller's, from the connection's start.
   *
   * @param header the header; empty on a listener that expects none
   */
  void accepted(ChannelHandlerContext ctx, Optional<ProxyVerdict.Header> header);

  /**
   * The connection is refused; closing it is up to this call. Bytes that still come are discarded.
   * It comes at most once, and after {@link #accepted} only with {@link Reason#DUPLICATE_HEADER}.
   * The channel may be closed already ({@link Reason#TRUNCATED}).
   *
   * @param detail what was found, without text from the wire
   * @param firstBytes at most 32 bytes of what was looked at: the start of the connection, or of
   *     the second header
   * @param hint what to do about it on either side
   */
  void rejected(
      ChannelHandlerContext ctx, Reason reason, String detail, byte[] firstBytes, String hint);

  /** The peer closed without having sent a byte: a port check, no attempt to connect. */
  void probe(ChannelHandlerContext ctx);
}

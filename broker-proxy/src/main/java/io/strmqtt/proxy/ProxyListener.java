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
   * <p>With a header it comes once that is complete, even if nothing follows it (yet): a proxy's
   * health check may end here. Without one it comes with the first bytes that are none: where no
   * header must come ({@link ProxyHandler#awaitsHeader}), the deadline for those is the caller's,
   * from the connection's start.
   *
   * @param header the header; empty if none came, where none is expected or it may be left out
   */
  void accepted(ChannelHandlerContext ctx, Optional<ProxyVerdict.Header> header);

  /**
   * In observe mode: a peer that is not exempt begins without a header. {@link #accepted} follows.
   */
  default void missing(ChannelHandlerContext ctx) {}

  /**
   * The connection is refused; closing it is up to this call. Bytes that still come are discarded.
   * It comes at most once, and after {@link #accepted} only with {@link Reason#DUPLICATE_HEADER}.
   * The channel is closed already with {@link Reason#TRUNCATED}, which a disabled listener gets too
   * if the little that came could have become a header. With {@link Reason#UNTRUSTED_PEER} and
   * {@link Reason#BUDGET} it may come before a byte has been read, while the handler is added.
   *
   * @param detail what was found, without text from the wire
   * @param firstBytes at most 32 bytes of what was looked at: the start of the connection, or of
   *     the second header
   * @param hint what to do about it on either side
   */
  void rejected(
      ChannelHandlerContext ctx, Reason reason, String detail, byte[] firstBytes, String hint);

  /**
   * The channel is closed and the peer has not sent a byte: a port check, no attempt to connect. It
   * also comes if the caller closed the channel itself before a byte came.
   */
  void probe(ChannelHandlerContext ctx);
}

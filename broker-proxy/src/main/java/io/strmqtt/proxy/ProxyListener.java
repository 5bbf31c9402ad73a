package io.strmqtt.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.strmqtt.api.Reason;
import java.time.Duration;
import java.util.Optional;

/**
 * Who is told what the first look at a connection found. All calls come on the channel's event
 * loop.
 */
public interface ProxyListener {

  /** The words for what is refused on this listener. */
  Hints hints();

  /**
   * A header is due: unless {@link #stopDeadline} comes first, {@link ProxyHandler#timeOut} is to
   * be called once this time has passed, on the channel's event loop. At most once for a channel.
   */
  void startDeadline(ProxyHandler handler, Duration timeout);

  /** Nothing is due any more. */
  void stopDeadline();

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
   */
  void rejected(ChannelHandlerContext ctx, ProxyRefusal refusal);

  /**
   * The channel is closed and the peer has not sent a byte: a port check, no attempt to connect. It
   * also comes if the caller closed the channel itself before a byte came.
   */
  void probe(ChannelHandlerContext ctx);
}

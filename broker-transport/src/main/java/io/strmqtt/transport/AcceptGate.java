package io.strmqtt.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.core.Counters;
import io.strmqtt.core.Engine;
import io.strmqtt.core.LogText;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a connection on the accepting thread: refused before a loop has taken it over and
 * there is anything to take apart again, or handed to a loop, no more at a time than leave the
 * loop's sockets their turn. What the process cannot accept waits in the kernel.
 */
final class AcceptGate extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LogManager.getLogger(AcceptGate.class);

  /** Connections on their way to the loops, which take a part of a millisecond each. */
  private static final int MOST_UNDER_WAY = 32;

  private static final long FAILURE_PAUSE_MILLIS = 200;
  private static final long FAILURE_LINE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Listener listener;
  private final Descriptors descriptors;
  private final Deque<Channel> waiting = new ArrayDeque<>();
  private volatile @Nullable ChannelHandlerContext context;
  private int underWay;
  private boolean failing;
  private boolean hasFailed;
  private long failureLineAt;
  private long unsaid;

  AcceptGate(Listener listener, Descriptors descriptors) {
    this.listener = listener;
    this.descriptors = descriptors;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Channel child = (Channel) message;
    if (child.remoteAddress() instanceof InetSocketAddress peer) {
      ClientEndpoint endpoint =
          ClientEndpoint.direct(
              peer, Setup.address(child.localAddress()), listener.settings().name());
      if (listener.refusesAtOnce(endpoint, child)
          || refusesForWantOfDescriptors(endpoint, child)
          || refusesOneTooMany(endpoint, child)) {
        return;
      }
    }
    descriptors.opened();
    listener.engine().pending().incrementAndGet(); // Its setup counts it out.
    waiting.add(child);
    handOn(ctx);
  }

  private boolean refusesForWantOfDescriptors(ClientEndpoint endpoint, Channel child) {
    if (descriptors.hasRoom()) {
      return false;
    }
    child.unsafe().closeForcibly();
    listener.refusedForWantOfDescriptors(endpoint, descriptors);
    return true;
  }

  private boolean refusesOneTooMany(ClientEndpoint endpoint, Channel child) {
    Engine engine = listener.engine();
    if (engine.pending().get() < engine.limits().maxPendingConnections()) {
      return false;
    }
    child.unsafe().closeForcibly();
    listener.refusedAsOneTooMany(endpoint);
    return true;
  }

  private void handOn(ChannelHandlerContext ctx) {
    while (underWay < MOST_UNDER_WAY && !waiting.isEmpty()) {
      underWay++;
      ctx.fireChannelRead(waiting.remove());
    }
    ctx.channel().config().setAutoRead(waiting.isEmpty() && !failing);
  }

  /** A loop has taken the connection over; on that loop. */
  void taken(Channel child) {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      // Scheduled tasks are looked for behind the sockets, others as long as there are some.
      child
          .eventLoop()
          .schedule(() -> ctx.executor().execute(() -> taken(ctx)), 0, TimeUnit.NANOSECONDS);
    }
  }

  private void taken(ChannelHandlerContext ctx) {
    underWay--;
    if (ctx.channel().isActive()) {
      handOn(ctx);
    }
  }

  /** Accepting has failed, mostly for want of descriptors: tried again a little later. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    listener.engine().counters().count(Counters.Event.ACCEPT_FAILURES);
    long now = listener.engine().nanoTime();
    if (!hasFailed || now - failureLineAt >= FAILURE_LINE_NANOS) {
      LOG.error(
          "event=accept_failed listener={} limit={} error={} more_like_this={} text={}",
          listener.settings().name(),
          descriptors.limit(),
          LogText.of(String.valueOf(cause.getMessage())),
          unsaid,
          LogText.sentence("if there are too many open files, " + Descriptors.TEXT));
      hasFailed = true;
      failureLineAt = now;
      unsaid = 0;
    } else {
      unsaid++;
    }
    if (!failing) {
      failing = true;
      ctx.channel().config().setAutoRead(false);
      ctx.executor()
          .schedule(
              () -> {
                failing = false;
                if (ctx.channel().isActive()) {
                  handOn(ctx);
                }
              },
              FAILURE_PAUSE_MILLIS,
              TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    waiting.forEach(child -> child.unsafe().closeForcibly());
    waiting.clear();
    ctx.fireChannelInactive();
  }
}

package io.strmqtt.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyPolicy.Standing;
import io.strmqtt.proxy.ProxyVerdict.Header;
import io.strmqtt.proxy.ProxyVerdict.NeedMore;
import io.strmqtt.proxy.ProxyVerdict.Reject;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The first look at a connection; the first handler of its pipeline. Each channel gets its own.
 *
 * <p>What is expected depends on the policy and on the socket's peer: who is not believed where a
 * header must come is refused before a byte is read, and so is who finds too many others waiting.
 * From the others it reads the header, or sees that there is none. It tells the {@link
 * ProxyListener}, hands every byte that is not the header to the next handler, unchanged and in
 * order, and leaves the pipeline. After a refusal it stays, to discard what still comes until the
 * channel is closed.
 *
 * <p>Behind a header it waits for one more byte, to name a second header: MQTT, TLS and a WebSocket
 * upgrade differ from one in their first byte. A byte that differs is passed on at once.
 */
public final class ProxyHandler extends ChannelInboundHandlerAdapter {
  private static final byte[] NO_BYTES = {};

  /** The offset of what is about no single byte. */
  private static final int NOWHERE = -1;

  private enum State {
    /** A header must come, or its signature has. */
    AWAIT_HEADER,
    /** A header may come. The deadline runs once something that begins like one has. */
    AWAIT_ANYTHING,
    /** No header may come. */
    AWAIT_ANYTHING_ELSE,
    /** A header came; no second one may. */
    AFTER_HEADER,
    REFUSED,
    DONE
  }

  private final ProxyPolicy policy;
  private final PendingBudget budget;
  private final InetAddress peer;
  private final Standing standing;
  private final ProxyListener listener;

  private State state;
  private boolean begun;

  /** Held while a header may still come. */
  private PendingBudget.@Nullable Seats seat;

  /** What has been received and neither consumed nor passed on; owned. */
  private @Nullable ByteBuf received;

  /** Set from the channel's start on. */
  private @Nullable ChannelHandlerContext context;

  private boolean deadlineRuns;

  /**
   * A handler for one channel.
   *
   * @param policy what the channel's listener expects
   * @param budget the listener's
   * @param peer the socket's remote address
   * @param listener is told, on the channel's event loop
   */
  public ProxyHandler(
      ProxyPolicy policy, PendingBudget budget, InetAddress peer, ProxyListener listener) {
    this.policy = policy;
    this.budget = budget;
    this.peer = peer;
    this.listener = listener;
    this.standing = policy.standing(peer);
    this.state =
        switch (standing) {
          case MUST_ANNOUNCE, NOT_ADMITTED -> State.AWAIT_HEADER;
          case MAY_ANNOUNCE -> State.AWAIT_ANYTHING;
          case MUST_NOT_ANNOUNCE, NOT_BELIEVED -> State.AWAIT_ANYTHING_ELSE;
        };
  }

  /**
   * Why a peer is refused whatever it sends; empty if its bytes have to be looked at. For callers
   * that can spare such a peer a handler. Any thread; a budget that is full now may have a seat for
   * a handler a moment later, or the other way round.
   */
  public static Optional<Reason> refusesAtOnce(
      ProxyPolicy policy, PendingBudget budget, InetAddress peer) {
    return switch (policy.standing(peer)) {
      case NOT_ADMITTED -> Optional.of(Reason.UNTRUSTED_PEER);
      case MUST_ANNOUNCE, MAY_ANNOUNCE ->
          budget.isFull(peer) ? Optional.of(Reason.BUDGET) : Optional.empty();
      case MUST_NOT_ANNOUNCE, NOT_BELIEVED -> Optional.empty();
    };
  }

  /**
   * Whether a header must come, so that its deadline is the first. Otherwise the connection's first
   * bytes are due from its start by the deadline of what comes next.
   */
  public boolean awaitsHeader() {
    return standing == Standing.MUST_ANNOUNCE;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (ctx.channel().isActive()) {
      begin(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    begin(ctx);
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf bytes) || state == State.DONE) {
      ctx.fireChannelRead(message);
      return;
    }
    if (state == State.REFUSED) {
      bytes.release();
      return;
    }
    ByteBuf before = received;
    received =
        before == null
            ? bytes
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), before, bytes);
    switch (state) {
      case AWAIT_HEADER -> readHeader(ctx, received);
      case AWAIT_ANYTHING, AWAIT_ANYTHING_ELSE, AFTER_HEADER -> lookForHeader(ctx, received);
      case REFUSED, DONE -> {}
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    // Nobody behind us has seen anything that would make them ask for more.
    if (state != State.REFUSED && !ctx.channel().config().isAutoRead()) {
      ctx.read();
    }
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    switch (state) {
      case AWAIT_HEADER, AWAIT_ANYTHING, AWAIT_ANYTHING_ELSE -> {
        if (received == null || !received.isReadable()) {
          finish(State.DONE);
          listener.probe(ctx);
        } else {
          refuse(
              ctx,
              Reason.TRUNCATED,
              "closed after " + received.readableBytes() + " bytes of a header",
              NOWHERE);
        }
      }
      case AFTER_HEADER -> passOn(ctx);
      case REFUSED, DONE -> {}
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (state == State.AFTER_HEADER || state == State.DONE) {
      ctx.fireExceptionCaught(cause);
      return;
    }
    // A reset by the peer is a close like any other; there is nobody behind to take it.
    if (!(cause instanceof IOException)) {
      ctx.fireExceptionCaught(cause);
    }
    ctx.close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    finish(state == State.REFUSED ? State.REFUSED : State.DONE);
  }

  /** Once, with the channel's start: nobody is refused or counted before. */
  private void begin(ChannelHandlerContext ctx) {
    if (begun) {
      return;
    }
    begun = true;
    context = ctx;
    if (standing == Standing.NOT_ADMITTED) {
      refuse(ctx, ProxyRefusal.unread(Reason.UNTRUSTED_PEER, listener.hints()));
      return;
    }
    if (state == State.AWAIT_ANYTHING_ELSE) {
      return;
    }
    seat = budget.enter(peer);
    if (seat == null) {
      refuse(ctx, ProxyRefusal.unread(Reason.BUDGET, listener.hints()));
    } else if (state == State.AWAIT_HEADER) {
      startDeadline();
    }
  }

  private void readHeader(ChannelHandlerContext ctx, ByteBuf in) {
    switch (ProxyParser.parse(in, policy)) {
      case NeedMore _ -> {}
      case Reject reject -> refuse(ctx, reject.reason(), reject.detail(), reject.offset());
      case Header header -> {
        in.skipBytes(header.length());
        accepted(ctx, Optional.of(header));
        if (received != null) {
          lookForHeader(ctx, received);
        }
      }
    }
  }

  private void lookForHeader(ChannelHandlerContext ctx, ByteBuf in) {
    switch (Signature.of(in)) {
      case PARTIAL -> {
        if (state == State.AWAIT_ANYTHING) {
          startDeadline();
        }
      }
      case COMPLETE -> {
        if (state == State.AWAIT_ANYTHING) {
          state = State.AWAIT_HEADER;
          startDeadline();
          readHeader(ctx, in);
          return;
        }
        boolean v1 = in.getByte(in.readerIndex()) == 'P';
        if (state == State.AFTER_HEADER) {
          refuse(
              ctx,
              Reason.DUPLICATE_HEADER,
              v1 ? "a version 1 header after the first" : "a version 2 header after the first",
              NOWHERE);
        } else {
          refuse(
              ctx,
              standing == Standing.NOT_BELIEVED ? Reason.UNTRUSTED_PEER : Reason.UNEXPECTED_HEADER,
              v1 ? "begins with a version 1 header" : "begins with a version 2 header",
              NOWHERE);
        }
      }
      case NONE -> {
        if (state != State.AFTER_HEADER) {
          if (policy.mode() == ProxyPolicy.Mode.OBSERVE && standing != Standing.MUST_NOT_ANNOUNCE) {
            listener.missing(ctx);
          }
          accepted(ctx, Optional.empty());
        }
        if (state != State.REFUSED) {
          passOn(ctx);
        }
      }
    }
  }

  private void accepted(ChannelHandlerContext ctx, Optional<Header> header) {
    state = State.AFTER_HEADER;
    cancelDeadline();
    leaveSeat();
    if (received != null && !received.isReadable()) {
      dropReceived(); // a connection that waits keeps no buffer
    }
    boolean goesOn = false;
    try {
      listener.accepted(ctx, header);
      goesOn = ctx.channel().isActive();
    } finally {
      if (!goesOn) { // closed by the listener, or about to be because of its exception
        finish(State.REFUSED);
      }
    }
  }

  /** Leaves the pipeline, and the bytes to the next handler. */
  private void passOn(ChannelHandlerContext ctx) {
    ByteBuf rest = received;
    received = null;
    finish(State.DONE);
    if (!ctx.isRemoved()) {
      ctx.pipeline().remove(this);
    }
    if (rest == null) {
      return;
    }
    if (rest.isReadable()) {
      ctx.fireChannelRead(rest);
    } else {
      rest.release();
    }
  }

  private void refuse(ChannelHandlerContext ctx, Reason reason, String found, int offset) {
    refuse(ctx, new ProxyRefusal(reason, found, offset, shown(), hint(reason)));
  }

  private void refuse(ChannelHandlerContext ctx, ProxyRefusal refusal) {
    finish(State.REFUSED);
    listener.rejected(ctx, refusal);
  }

  private String hint(Reason reason) {
    boolean exempt = reason == Reason.UNEXPECTED_HEADER && policy.enabled();
    return exempt ? listener.hints().exempt() : listener.hints().of(reason);
  }

  private byte[] shown() {
    ByteBuf in = received;
    if (in == null) {
      return NO_BYTES;
    }
    int most = Math.min(in.readableBytes(), FirstBytes.MOST);
    return FirstBytes.shown(ByteBufUtil.getBytes(in, in.readerIndex(), most));
  }

  private void finish(State last) {
    state = last;
    cancelDeadline();
    leaveSeat();
    dropReceived();
  }

  private void dropReceived() {
    ByteBuf rest = received;
    received = null;
    if (rest != null) {
      rest.release();
    }
  }

  private void startDeadline() {
    if (!deadlineRuns) {
      deadlineRuns = true;
      listener.startDeadline(this, policy.headerTimeout());
    }
  }

  /** The header is late, and refused if it is still awaited. On the channel's event loop. */
  public void timeOut() {
    ChannelHandlerContext ctx = context;
    if (ctx != null && (state == State.AWAIT_HEADER || state == State.AWAIT_ANYTHING)) {
      int count = received == null ? 0 : received.readableBytes();
      refuse(
          ctx,
          Reason.TIMEOUT,
          count + " bytes of a header within " + policy.headerTimeout().toMillis() + " ms",
          NOWHERE);
    }
  }

  private void leaveSeat() {
    PendingBudget.Seats held = seat;
    if (held != null) {
      seat = null;
      held.leave();
    }
  }

  private void cancelDeadline() {
    if (deadlineRuns) {
      deadlineRuns = false;
      listener.stopDeadline();
    }
  }
}

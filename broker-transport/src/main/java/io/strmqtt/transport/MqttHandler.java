package io.strmqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import io.strmqtt.core.Connection;
import io.strmqtt.core.ConnectionHandler;
import io.strmqtt.core.Counters;
import io.strmqtt.core.Deadlines;
import io.strmqtt.core.Engine;
import io.strmqtt.mqtt.codec.MalformedPacketException;
import io.strmqtt.mqtt.codec.MqttDecoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.Property;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The last handler of each pipeline: bytes become packets for the engine, and the engine's bytes go
 * out. While reading is off, bytes that have come already wait undecoded, so a slowed-down
 * publisher stops at the very next packet. After a millisecond of packets the other channels of the
 * loop have their turn: one small packet may go to thousands of subscribers. On the channel's loop.
 */
final class MqttHandler extends ChannelInboundHandlerAdapter implements Connection {
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long TLS_LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** How long one connection's packets may keep the loop from the others'. */
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Bytes of a SUBSCRIBE that is never too much for a turn. */
  private static final int FEW_FILTERS = 4 * 1024;

  private enum State {
    OPEN,
    /** The last bytes are on their way; input is discarded. */
    CLOSING,
    CLOSED
  }

  private final Engine engine;
  private final ClientEndpoint endpoint;
  private final MqttDecoder decoder;
  private final Deadlines.Entry linger = new Deadlines.Entry(this::abort);
  private @Nullable ChannelHandlerContext context;
  private @Nullable ConnectionHandler handler;
  private @Nullable ByteBuf received;
  private Optional<Reason> broken = Optional.empty();
  private State state = State.OPEN;
  private final Pace pace = new Pace(TURN_NANOS);
  private boolean decoding;

  /** Whether packets wait for the next turn. */
  private boolean yielded;

  private boolean reading = true;

  /** The channel is closed, and what it has brought is being handled. */
  private boolean draining;

  private boolean inputEnded;
  private boolean hasBytes;
  private boolean hasPacket;

  /** Whether packets may be as large as any. */
  private boolean accepted;

  MqttHandler(Engine engine, ClientEndpoint endpoint) {
    this.engine = engine;
    this.endpoint = endpoint;
    this.decoder =
        new MqttDecoder(
            engine.limits().maxConnectSize(),
            engine.limits().maxPacketSize(),
            engine.limits().maxUserProperties(),
            engine.limits().maxFiltersPerPacket());
  }

  private ChannelHandlerContext ctx() {
    ChannelHandlerContext now = context;
    if (now == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return now;
  }

  private ConnectionHandler engineSide() {
    ConnectionHandler now = handler;
    if (now == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return now;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    if (ctx.pipeline().get(SslHandler.class) == null
        && ctx.pipeline().get(WebSocketFrames.class) == null) {
      // A publisher that says goodbye while it is held back has its last packets handled at the
      // same pace; behind TLS and WebSocket they are handled at once.
      ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }
    handler = engine.accept(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (state != State.OPEN || !(message instanceof ByteBuf bytes)) {
      ReferenceCountUtil.release(message);
      return;
    }
    hasBytes = true;
    engine.counters().add(Counters.Event.BYTES_RECEIVED, bytes.readableBytes());
    ByteBuf before = received;
    received =
        before == null
            ? bytes
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), before, bytes);
    decode();
  }

  private void decode() {
    if (decoding || yielded) {
      return; // The loop below goes on by itself, now or in its turn.
    }
    decoding = true;
    Deadlines clock = engine.deadlines(loop());
    pace.begin(clock.now());
    int packets = 0;
    try {
      while ((reading || draining) && state == State.OPEN && received != null) {
        int begin = received.readerIndex();
        if (!draining
            && decoder.isNextSubscribing(received, FEW_FILTERS)
            && !engineSide().takesManyFilters()) {
          break;
        }
        MqttPacket packet = decoder.decode(received);
        if (packet == null) {
          break;
        }
        if (!accepted) {
          passGate(packet);
        }
        int size = received.readerIndex() - begin;
        engineSide().packet(packet);
        packets++;
        if (pace.isLookDue(size) && pace.isOver(clock.now())) {
          yieldTurn();
          break;
        }
      }
    } catch (MalformedPacketException e) {
      engineSide().malformed(e, Optional.ofNullable(decoder.version()));
    } finally {
      decoding = false;
      if (packets > 0) {
        engine.counters().add(Counters.Event.PACKETS_RECEIVED, packets);
      }
    }
    ByteBuf rest = received;
    if (rest != null && (state != State.OPEN || !rest.isReadable())) {
      received = null;
      rest.release();
    } else if (rest != null && rest.refCnt() == 1) {
      // A stream that never ends on a packet's border must not pile up.
      rest.discardSomeReadBytes();
    }
    closeIfDone();
  }

  /** The peer has sent all, and all of it has been handled. */
  private void closeIfDone() {
    if (inputEnded && !yielded && (reading || received == null || state != State.OPEN)) {
      ctx().close();
    }
  }

  /** What is read before the client is accepted, in an enhanced authentication, stays small. */
  private void passGate(MqttPacket packet) {
    if (packet instanceof Connect connect
        && !connect.properties().has(Property.AUTHENTICATION_METHOD)) {
      accepted();
    }
    hasPacket = true;
  }

  private void yieldTurn() {
    yielded = true;
    channelReads(false);
    // Scheduled tasks are looked for behind the sockets, others as long as there are some.
    loop().schedule(this::nextTurn, 0, TimeUnit.NANOSECONDS);
  }

  private void nextTurn() {
    yielded = false;
    if (draining) {
      drainInput();
    } else if (reading && state == State.OPEN) {
      autoRead(true);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    engineSide().readComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    engineSide().writabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == WebSocketFrames.BAD_FRAME) {
      broken = Optional.of(Reason.BAD_WEBSOCKET_FRAME);
    } else if (event == ChannelInputShutdownEvent.INSTANCE
        || event == SslCloseCompletionEvent.SUCCESS) {
      inputEnded = true;
      closeIfDone();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof OutOfMemoryError || cause.getCause() instanceof OutOfMemoryError) {
      broken = Optional.of(Reason.OUT_OF_MEMORY); // What it held is free when it is closed.
    } else if (!(cause instanceof IOException) && !(cause instanceof DecoderException)) {
      broken = Optional.of(Reason.INTERNAL_ERROR);
      InternalErrors.report(endpoint, cause);
    }
    abort();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    draining = true;
    if (!yielded) { // Otherwise its turn comes.
      drainInput();
    }
  }

  /** What came before the end counts, though reading was off; in turns, as ever. */
  private void drainInput() {
    try {
      if (hasPacket && received != null && broken.isEmpty()) {
        decode();
      }
    } finally {
      if (!yielded) {
        lost(); // Whatever happened: nobody else will tell the engine.
      }
    }
  }

  private void lost() {
    boolean left = state == State.OPEN;
    state = State.CLOSED;
    engine.deadlines(loop()).cancel(linger);
    ByteBuf rest = received;
    if (rest != null) {
      received = null;
      rest.release();
    }
    if (left && broken.isEmpty() && hasBytes && !hasPacket) {
      broken = Optional.of(Reason.CLOSED_BEFORE_CONNECT);
    }
    if (left && !hasBytes) {
      engine.counters().count(Counters.Event.PROBES);
    }
    engineSide().lost(broken);
  }

  @Override
  public EventLoop loop() {
    return ctx().channel().eventLoop();
  }

  @Override
  public ClientEndpoint endpoint() {
    return endpoint;
  }

  @Override
  public ByteBufAllocator alloc() {
    return ctx().alloc();
  }

  @Override
  public void write(ByteBuf bytes) {
    ctx().write(bytes, ctx().voidPromise());
  }

  @Override
  public long unsent() {
    ChannelOutboundBuffer buffer = ctx().channel().unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  @Override
  public void whenSent(Runnable then) {
    Channel.Unsafe socket = ctx().channel().unsafe();
    ChannelPromise sent = ctx().newPromise();
    sent.addListener(done -> then.run());
    socket.write(Unpooled.EMPTY_BUFFER, sent); // Behind all that TLS and frames have made.
    socket.flush();
  }

  @Override
  public boolean sendsWithoutCopy() {
    return ctx().pipeline().get(SslHandler.class) == null;
  }

  @Override
  public void flush() {
    ctx().flush();
  }

  @Override
  public boolean isWritable() {
    return ctx().channel().isWritable();
  }

  @Override
  public boolean isOpen() {
    return state == State.OPEN && ctx().channel().isActive();
  }

  @Override
  public int partialBytes() {
    return received == null ? 0 : received.readableBytes();
  }

  @Override
  public void accepted() {
    if (!accepted) {
      accepted = true;
      decoder.accepted();
    }
  }

  @Override
  public void autoRead(boolean on) {
    reading = on;
    if (yielded) {
      return; // It does not read anyway, and will look again.
    }
    channelReads(on);
    if (on && !decoding && received != null) {
      decode();
      engineSide().readComplete();
    }
    if (on && !decoding) {
      closeIfDone();
    }
  }

  /** A socket that has given its last byte is not asked again: it may have left the selector. */
  private void channelReads(boolean on) {
    if (!inputEnded) {
      ctx().channel().config().setAutoRead(on);
    }
  }

  @Override
  public void close(Reason reason) {
    if (state != State.OPEN) {
      return;
    }
    state = State.CLOSING;
    if (hasNoUseForWords(reason) || !ctx().channel().isActive()) {
      abort();
      return;
    }
    boolean tls = ctx().pipeline().get(SslHandler.class) != null;
    engine.deadlines(loop()).set(linger, tls ? TLS_LINGER_NANOS : LINGER_NANOS);
    boolean webSocket = ctx().pipeline().get(WebSocketFrames.class) != null;
    ctx()
        .writeAndFlush(
            webSocket
                ? new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE)
                : Unpooled.EMPTY_BUFFER)
        .addListener(sent -> drain(tls));
  }

  /** Whether the peer would not read them, or there is no memory for them. */
  private static boolean hasNoUseForWords(Reason reason) {
    return reason == Reason.WRITE_TIMEOUT
        || reason == Reason.SLOW_SUBSCRIBER
        || reason == Reason.OUT_OF_MEMORY;
  }

  /**
   * What still comes is read and thrown away, so that the peer reads our last words before a reset.
   * Plain TCP ends its output first; TLS has no half of its own to close, and waits less.
   */
  private void drain(boolean tls) {
    reading = true;
    channelReads(true);
    if (!tls && ctx().channel() instanceof DuplexChannel duplex && duplex.isActive()) {
      duplex.shutdownOutput();
    }
  }

  @Override
  public void abort() {
    ctx().close();
  }
}

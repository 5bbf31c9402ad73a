package io.strmqtt.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyVerdict.Header;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A connection with a {@link ProxyHandler} on it, and what came of it. Closes what it refuses. */
final class Look implements ProxyListener {
  static final Duration TIMEOUT = Duration.ofSeconds(5);
  static final ProxyPolicy ENABLED = ProxyPolicy.of(ProxyPolicy.Mode.REQUIRED);
  static final ProxyPolicy DISABLED = ProxyPolicy.of(ProxyPolicy.Mode.OFF);
  private static final Hints HINTS = new Hints("tcp");
  static final InetAddress PEER = InetAddress.ofLiteral("10.0.0.5");

  static ProxyPolicy policy(Duration timeout, int size) {
    return new ProxyPolicy(
        ProxyPolicy.Mode.REQUIRED,
        CidrSet.EMPTY,
        CidrSet.EMPTY,
        ENABLED.versions(),
        timeout,
        size,
        1,
        1,
        ProxyPolicy.Crc32c.VERIFY,
        ProxyPolicy.TlsIdentity.NONE);
  }

  /** What was told, in order: missing, accepted, rejected, probe. */
  final List<String> calls = new ArrayList<>();

  private Optional<ScheduledFuture<?>> deadline = Optional.empty();
  Optional<Header> header = Optional.empty();
  Optional<Reason> reason = Optional.empty();
  String detail = "";
  byte[] firstBytes = {};
  String hint = "";
  Runnable onAccepted = () -> {};

  final EmbeddedChannel channel = new EmbeddedChannel();
  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
  private final ByteArrayOutputStream delivered = new ByteArrayOutputStream();

  Look(ProxyPolicy policy) {
    this(policy, PEER, PendingBudget.of(policy));
  }

  Look(ProxyPolicy policy, InetAddress peer, PendingBudget budget) {
    channel.config().setAllocator(buffers);
    channel.freezeTime();
    channel.pipeline().addLast(new ProxyHandler(policy, budget, peer, this), new Next());
  }

  static Look of(ProxyPolicy policy, byte[] stream) {
    return new Look(policy).send(stream, 0, stream.length);
  }

  /** A peer that sends two pieces. */
  static Look split(ProxyPolicy policy, byte[] stream, int at) {
    return new Look(policy).send(stream, 0, at).send(stream, at, stream.length);
  }

  static Look byteByByte(ProxyPolicy policy, byte[] stream) {
    Look look = new Look(policy);
    for (int i = 0; i < stream.length; i++) {
      look.send(stream, i, i + 1);
    }
    return look;
  }

  Look send(byte... bytes) {
    return send(bytes, 0, bytes.length);
  }

  Look send(byte[] bytes, int from, int to) {
    if (channel.isActive()) {
      channel.writeInbound(buffers.directBuffer(to - from).writeBytes(bytes, from, to - from));
    }
    return this;
  }

  Look peerCloses() {
    channel.close();
    channel.checkException();
    return this;
  }

  byte[] delivered() {
    return delivered.toByteArray();
  }

  boolean handlerLeft() {
    return channel.pipeline().get(ProxyHandler.class) == null;
  }

  /** Ends the connection; no buffer may be left. */
  void end() {
    channel.close();
    channel.checkException();
    assertThat(buffers.metric().usedDirectMemory() + buffers.metric().usedHeapMemory()).isZero();
  }

  @Override
  public Hints hints() {
    return HINTS;
  }

  @Override
  public void startDeadline(ProxyHandler handler, Duration timeout) {
    deadline =
        Optional.of(
            channel
                .eventLoop()
                .schedule(handler::timeOut, timeout.toNanos(), TimeUnit.NANOSECONDS));
  }

  @Override
  public void stopDeadline() {
    deadline.orElseThrow().cancel(false);
  }

  @Override
  public void accepted(ChannelHandlerContext ctx, Optional<Header> header) {
    calls.add("accepted");
    assertThat(delivered.size()).isZero();
    this.header = header;
    onAccepted.run();
  }

  @Override
  public void rejected(ChannelHandlerContext ctx, ProxyRefusal refusal) {
    calls.add("rejected");
    this.reason = Optional.of(refusal.reason());
    this.detail = refusal.detail();
    this.firstBytes = refusal.firstBytes();
    this.hint = refusal.hint();
    ctx.close();
  }

  @Override
  public void missing(ChannelHandlerContext ctx) {
    calls.add("missing");
  }

  @Override
  public void probe(ChannelHandlerContext ctx) {
    calls.add("probe");
  }

  private final class Next extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
      ByteBuf in = (ByteBuf) message;
      in.readBytes(delivered, in.readableBytes());
      in.release();
    }
  }
}

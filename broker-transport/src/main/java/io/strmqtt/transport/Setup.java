package io.strmqtt.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslHandler;
import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import io.strmqtt.api.TlsInfo;
import io.strmqtt.core.Counters;
import io.strmqtt.core.Deadlines;
import io.strmqtt.core.Engine;
import io.strmqtt.core.Refusal;
import io.strmqtt.proxy.Endpoints;
import io.strmqtt.proxy.ForwardedPolicy;
import io.strmqtt.proxy.ForwardedVerdict;
import io.strmqtt.proxy.Hints;
import io.strmqtt.proxy.ProxyHandler;
import io.strmqtt.proxy.ProxyListener;
import io.strmqtt.proxy.ProxyRefusal;
import io.strmqtt.proxy.ProxyVerdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection on its way to MQTT: PROXY header, TLS, WebSocket upgrade, one after the other, each
 * with a deadline and a named reason if it fails. On the channel's loop; gone from the pipeline
 * once MQTT begins.
 */
public final class Setup implements ProxyListener {
  /** How long a peer whose request was refused has to read the answer. */
  private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Listener listener;
  private final ListenerSettings settings;
  private final Engine engine;
  private final Channel channel;
  private final Deadlines deadlines;
  private final Deadlines.Entry deadline = new Deadlines.Entry(this::late);
  private final long begun;
  private ClientEndpoint endpoint;
  private Reason lateReason = Reason.CONNECT_TIMEOUT;
  private boolean tlsBegun;
  private boolean over;

  /** Whether it counts as a connection on its way to CONNECT, as it has since it was accepted. */
  private boolean pending = true;

  /** While the deadline is the one for its header. */
  private @Nullable ProxyHandler awaitingHeader;

  /**
   * @param settings the listener's, as they were when the connection was accepted
   */
  Setup(Listener listener, ListenerSettings settings, Channel channel) {
    this.listener = listener;
    this.settings = settings;
    this.engine = listener.engine();
    this.channel = channel;
    this.deadlines = engine.deadlines(channel.eventLoop());
    this.begun = deadlines.now();
    // Both are known for an accepted socket; a peer that has already gone leaves none.
    this.endpoint =
        ClientEndpoint.direct(
            address(channel.remoteAddress()), address(channel.localAddress()), settings.name());
  }

  static InetSocketAddress address(@Nullable SocketAddress socket) {
    return socket instanceof InetSocketAddress inet ? inet : new InetSocketAddress(0);
  }

  /** The socket's other end. */
  InetAddress peer() {
    return endpoint.peer().getAddress();
  }

  /**
   * Without a PROXY header that must come, the first thing the client owes is due from the start.
   */
  void begin(boolean awaitsHeader) {
    channel
        .closeFuture()
        .addListener(
            closed -> {
              deadlines.cancel(deadline);
              settled();
              listener.closed();
            });
    if (!awaitsHeader) {
      arm(listener.transport().owedFirst(), firstOwed());
    }
  }

  private long firstOwed() {
    return listener.transport().usesTls()
        ? tlsTimeout()
        : engine.limits().connectTimeout().toNanos();
  }

  private long tlsTimeout() {
    return settings.tls().orElseThrow().handshakeTimeout().toNanos();
  }

  // The PROXY header.

  @Override
  public Hints hints() {
    return listener.hints();
  }

  @Override
  public void startDeadline(ProxyHandler handler, Duration timeout) {
    // Where no header must come, what the client owes first is due already: the earlier one counts.
    if (!deadline.isSet() || deadlines.now() - begun + timeout.toNanos() < firstOwed()) {
      awaitingHeader = handler;
      deadlines.set(deadline, timeout.toNanos());
    }
  }

  @Override
  public void stopDeadline() {
    if (awaitingHeader != null) {
      awaitingHeader = null;
      deadlines.cancel(deadline);
    }
  }

  @Override
  public void accepted(ChannelHandlerContext ctx, Optional<ProxyVerdict.Header> header) {
    deadlines.cancel(deadline);
    header.ifPresentOrElse(this::count, listener.metrics()::addWithoutHeader);
    endpoint =
        Endpoints.endpointOf(
            endpoint.peer(), endpoint.local(), settings.name(), settings.proxy().policy(), header);
    listener.transport().install(this);
  }

  private void count(ProxyVerdict.Header header) {
    long now = deadlines.now();
    listener.metrics().addHeader(header.version(), header.kind(), now - begun, now);
  }

  @Override
  public void missing(ChannelHandlerContext ctx) {
    long now = deadlines.now();
    listener.missing().add(endpoint, now);
    listener.metrics().addMissing(endpoint.peer().getAddress(), now);
    channel.closeFuture().addListener(closed -> listener.metrics().missingClosed());
  }

  @Override
  public void rejected(ChannelHandlerContext ctx, ProxyRefusal refusal) {
    if (refusal.reason() == Reason.DUPLICATE_HEADER) {
      over = false; // It comes behind a header that let the connection pass.
    }
    deadlines.cancel(deadline);
    if (!over) {
      over = true;
      listener.refused(endpoint, refusal);
    }
    channel.close();
  }

  @Override
  public void probe(ChannelHandlerContext ctx) {
    probed();
  }

  // What transports are made of.

  /** TLS comes next, and {@code next} behind it. */
  public void thenTls(Runnable next) {
    arm(Reason.TLS_TIMEOUT, tlsTimeout());
    SslHandler ssl = listener.tls().newHandler(channel.alloc());
    ssl.setHandshakeTimeout(0, TimeUnit.MILLISECONDS); // Ours is the deadline.
    ssl.setCloseNotifyFlushTimeout(500, TimeUnit.MILLISECONDS);
    channel.pipeline().addLast("first-byte", new FirstByte(() -> tlsBegun = true));
    channel.pipeline().addLast("tls", ssl);
    channel.pipeline().addLast("tls-done", new TlsDone(this, next));
  }

  void tlsEstablished(TlsInfo session) {
    endpoint = endpoint.withTls(session);
    deadlines.cancel(deadline);
  }

  boolean hasTlsBegun() {
    return tlsBegun;
  }

  /** A WebSocket upgrade comes next, and {@code next} behind it. */
  public void thenWebSocket(Runnable next) {
    arm(Reason.HTTP_TIMEOUT, engine.limits().connectTimeout().toNanos());
    Handshake handshake =
        new Handshake(settings.path(), settings.allowedOrigins(), settings.name());
    WebSocketUpgrade upgrade = new WebSocketUpgrade(this, handshake, next);
    channel
        .pipeline()
        .addLast("first-http-byte", new FirstByte(upgrade::begun))
        .addLast(
            "http",
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(handshake.maxRequestLine())
                    .setMaxHeaderSize(Handshake.MAX_HEADERS)))
        .addLast("http-body", new HttpBody(upgrade))
        .addLast("upgrade", upgrade);
  }

  /** An HTTP request came: where the listener asks for it, it tells who the client is. */
  void forwarded(HttpHeaders headers) {
    ForwardedPolicy policy = settings.forwarded().orElse(ForwardedPolicy.OFF);
    if (!policy.enabled()) {
      return;
    }
    String header = policy.header().header();
    ForwardedVerdict verdict = policy.judge(headers.getAll(header), endpoint.client().getAddress());
    listener.metrics().addForwarded(verdict);
    if (verdict instanceof ForwardedVerdict.Client(InetSocketAddress client)) {
      endpoint = endpoint.withForwarded(client, header);
    }
  }

  /** MQTT comes next; the engine takes over. */
  public void thenMqtt() {
    deadlines.cancel(deadline);
    over = true;
    channel.pipeline().addLast("mqtt", new MqttHandler(engine, endpoint)); // It counts from now.
    settled();
  }

  private void settled() {
    if (pending) {
      pending = false;
      engine.pending().decrementAndGet();
    }
  }

  private void arm(Reason reason, long nanos) {
    awaitingHeader = null;
    lateReason = reason;
    deadlines.set(deadline, nanos);
  }

  private void late() {
    if (awaitingHeader != null) {
      awaitingHeader.timeOut();
    } else {
      refuse(lateReason, "");
    }
  }

  /** Counts a peer that came and went without a word to us. */
  void probed() {
    if (!over) {
      over = true;
      engine.counters().count(Counters.Event.PROBES);
      listener.metrics().addProbe();
    }
  }

  /** Whether there was no memory for the connection, which is named and closed then. */
  boolean isOutOfMemory(Throwable cause) {
    boolean noMemory =
        cause instanceof OutOfMemoryError || cause.getCause() instanceof OutOfMemoryError;
    if (!noMemory || over) {
      return false;
    }
    over = true;
    deadlines.cancel(deadline);
    engine.counters().count(Reason.OUT_OF_MEMORY);
    channel.close();
    return true;
  }

  /** Names the reason once, and closes. */
  void refuse(Reason reason, String detail) {
    report(reason, detail);
    channel.close();
  }

  /**
   * Names the reason, and closes when the peer has had time to read the answer: closing on what it
   * still sends would take that away.
   *
   * @param answer that is being sent
   */
  void lastWords(Reason reason, String detail, ChannelFuture answer) {
    report(reason, detail);
    channel.pipeline().addFirst("discard", new Discard());
    deadlines.set(deadline, LINGER_NANOS);
    answer.addListener(
        sent -> {
          if (!listener.transport().usesTls() && channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
          }
        });
  }

  void report(Reason reason, String detail) {
    deadlines.cancel(deadline);
    if (!over) {
      over = true;
      engine
          .refusals()
          .refused(
              Refusal.early(
                  endpoint, reason, listener.transport().usesTls() && tlsBegun, () -> detail));
    }
  }
}

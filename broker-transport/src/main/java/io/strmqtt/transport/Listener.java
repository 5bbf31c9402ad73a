package io.strmqtt.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import io.strmqtt.api.admin.ListenerView;
import io.strmqtt.api.admin.ProxyView;
import io.strmqtt.core.Engine;
import io.strmqtt.core.Refusal;
import io.strmqtt.proxy.Hints;
import io.strmqtt.proxy.PendingBudget;
import io.strmqtt.proxy.ProxyHandler;
import io.strmqtt.proxy.ProxyPolicy;
import io.strmqtt.proxy.ProxyRefusal;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One bound address, and what its connections go through. Opened and closed by the starting thread.
 */
final class Listener {
  private static final int BACKLOG = 4096;

  /** Replaced by a reload; each connection keeps what it began with. */
  private volatile ListenerSettings settings;

  private final TransportProvider transport;
  private final Engine engine;
  private final Optional<SslContext> tls;
  private final PendingBudget pending;
  private final MissingHeaders missing = new MissingHeaders();
  private final ProxyMetrics metrics;
  private final ProxyRejects rejects;
  private final Hints hints;
  private final LongAdder open = new LongAdder();
  private final LongAdder accepted = new LongAdder();
  private @Nullable Channel channel;

  Listener(
      ListenerSettings settings, TransportProvider transport, Engine engine, ProxyRejects rejects)
      throws ListenerException {
    this.settings = settings;
    this.transport = transport;
    this.engine = engine;
    this.rejects = rejects;
    this.hints = new Hints(settings.name());
    this.metrics = new ProxyMetrics(engine.nanoTime());
    this.tls =
        transport.usesTls()
            ? Optional.of(TlsContexts.create(settings, engine.clock()))
            : Optional.empty();
    this.pending = PendingBudget.of(settings.proxy().policy());
  }

  void bind(EventLoops loops, Descriptors descriptors) throws ListenerException {
    AcceptGate gate = new AcceptGate(this, descriptors);
    ChannelFuture bound =
        loops
            .bootstrap(settings.bind().getAddress())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .handler(gate)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel child) {
                    gate.taken(child);
                    child.closeFuture().addListener(closed -> descriptors.closed());
                    begin(child);
                  }
                })
            .bind(settings.bind())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw ListenerException.failed(
          "listener."
              + settings.name()
              + " cannot bind "
              + settings.bind().getAddress().getHostAddress()
              + ":"
              + settings.bind().getPort()
              + ": "
              + bound.cause().getMessage()
              + "; change listener."
              + settings.name()
              + ".bind_address or bind_port, or stop what uses it");
    }
    channel = bound.channel();
  }

  private void begin(Channel child) {
    accepted.increment();
    ListenerSettings now = settings;
    Setup setup = new Setup(this, now, child);
    ProxyHandler proxy = new ProxyHandler(now.proxy().policy(), pending, setup.peer(), setup);
    open.increment();
    setup.begin(proxy.awaitsHeader());
    child.pipeline().addLast("proxy", proxy).addLast("no-memory", new NoMemory(setup));
  }

  /** One that {@link #begin} was called for is closed; once. */
  void closed() {
    open.decrement();
  }

  /** Names, counts and keeps a refusal by the first look, which comes before TLS. Any thread. */
  void refused(ClientEndpoint endpoint, ProxyRefusal refusal) {
    metrics.addReject(refusal.reason());
    rejects.add(endpoint, refusal);
    engine
        .refusals()
        .refused(Refusal.early(endpoint, refusal.reason(), false, () -> words(refusal)));
  }

  private static String words(ProxyRefusal refusal) {
    byte[] bytes = refusal.firstBytes();
    String hex = bytes.length == 0 ? "" : "; first bytes " + HexFormat.of().formatHex(bytes);
    return refusal.detail() + hex + "; " + refusal.hint();
  }

  /** Turns away who is refused for its address alone; on the accepting thread. */
  boolean refusesAtOnce(ClientEndpoint endpoint, Channel child) {
    Optional<Reason> reason =
        ProxyHandler.refusesAtOnce(
            settings.proxy().policy(), pending, endpoint.peer().getAddress());
    if (reason.isEmpty()) {
      return false;
    }
    accepted.increment();
    child.unsafe().closeForcibly();
    refused(endpoint, ProxyRefusal.unread(reason.get(), hints));
    return true;
  }

  /** Names, counts and keeps what could not be taken for want of file descriptors. */
  void refusedForWantOfDescriptors(ClientEndpoint endpoint, Descriptors descriptors) {
    accepted.increment();
    engine
        .refusals()
        .refused(
            Refusal.early(
                endpoint,
                Reason.NO_DESCRIPTORS,
                false,
                () ->
                    "of "
                        + descriptors.limit()
                        + " the last "
                        + descriptors.reserve()
                        + " are kept for the store and the HTTP API; "
                        + Descriptors.TEXT));
  }

  /** Names, counts and keeps what could not be taken because too many others wait. */
  void refusedAsOneTooMany(ClientEndpoint endpoint) {
    accepted.increment();
    engine
        .refusals()
        .refused(
            Refusal.early(
                endpoint,
                Reason.PENDING_LIMIT,
                false,
                () -> "mqtt.max_pending_connections = " + engine.limits().maxPendingConnections()));
  }

  /** From now on new connections find this; any thread. */
  void reload(ListenerSettings next) {
    ListenerSettings reloaded = settings.reloaded(next);
    ProxyPolicy policy = reloaded.proxy().policy();
    pending.resize(policy.maxPending(), policy.maxPendingPerPeer());
    if (policy.mode() == ProxyPolicy.Mode.OBSERVE
        && settings.proxy().policy().mode() != ProxyPolicy.Mode.OBSERVE) {
      metrics.observe(engine.nanoTime());
    }
    settings = reloaded;
  }

  /** Stops accepting; what is connected stays. */
  void close() {
    if (channel != null) {
      channel.close().awaitUninterruptibly();
    }
  }

  ListenerSettings settings() {
    return settings;
  }

  TransportProvider transport() {
    return transport;
  }

  Engine engine() {
    return engine;
  }

  MissingHeaders missing() {
    return missing;
  }

  ProxyMetrics metrics() {
    return metrics;
  }

  Hints hints() {
    return hints;
  }

  SslContext tls() {
    return tls.orElseThrow();
  }

  ListenerView view() {
    ListenerSettings now = settings;
    ProxyPolicy policy = now.proxy().policy();
    return new ListenerView(
        now.name(),
        now.type(),
        address(),
        policy.enabled(),
        lower(policy.mode()),
        policy.trusted().texts(),
        policy.exempt().texts(),
        now.proxy().origin(),
        open.sum(),
        accepted.sum());
  }

  ProxyView proxyView() {
    ListenerSettings now = settings;
    ProxyPolicy current = now.proxy().policy();
    return metrics.view(
        now.name(),
        new ProxyView.Policy(
            lower(current.mode()),
            current.trusted().texts(),
            current.exempt().texts(),
            current.versions().stream().sorted().toList(),
            current.headerTimeout(),
            current.maxHeaderSize(),
            current.maxPending(),
            current.maxPendingPerPeer(),
            lower(current.crc32c()),
            lower(current.tlsIdentity()),
            now.proxy().origin()),
        pending.pending(),
        current.mode() == ProxyPolicy.Mode.OBSERVE,
        now.forwarded(),
        engine.nanoTime());
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  InetSocketAddress address() {
    return channel == null ? settings.bind() : (InetSocketAddress) channel.localAddress();
  }
}

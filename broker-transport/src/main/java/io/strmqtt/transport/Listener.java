package io.strmqtt.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.strmqtt.api.admin.ListenerView;
import io.strmqtt.api.admin.ProxyView;
import io.strmqtt.core.Engine;
import io.strmqtt.proxy.PendingBudget;
import io.strmqtt.proxy.ProxyHandler;
import io.strmqtt.proxy.ProxyPolicy;
import java.net.InetSocketAddress;
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
    this.metrics = new ProxyMetrics(engine.nanoTime());
    this.tls = transport.usesTls() ? Optional.of(TlsContexts.create(settings)) : Optional.empty();
    this.pending = PendingBudget.of(settings.proxy().policy());
  }

  void bind(EventLoops loops) throws ListenerException {
    ChannelFuture bound =
        loops
            .bootstrap(settings.bind().getAddress())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel child) {
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
    open.increment();
    child.closeFuture().addListener(closed -> open.decrement());
    ListenerSettings now = settings;
    Setup setup = new Setup(this, now, child);
    ProxyHandler proxy = new ProxyHandler(now.proxy().policy(), pending, setup.peer(), setup);
    setup.begin(proxy.awaitsHeader());
    child.pipeline().addLast("proxy", proxy);
  }

  /** From now on new connections find this; any thread. */
  void reload(ListenerSettings next) {
    ListenerSettings reloaded = settings.reloaded(next);
    ProxyPolicy policy = reloaded.proxy().policy();
    pending.resize(policy.maxPending(), policy.maxPendingPerPeer());
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

  ProxyRejects rejects() {
    return rejects;
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

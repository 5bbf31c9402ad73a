package io.strmqtt.dist;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.admin.AdminProvider;
import io.strmqtt.api.admin.BrokerView;
import io.strmqtt.api.admin.ListenerView;
import io.strmqtt.api.admin.Reload;
import io.strmqtt.api.auth.Authenticator;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.auth.EnhancedAuthenticator;
import io.strmqtt.api.store.Storage;
import io.strmqtt.core.Engine;
import io.strmqtt.core.EngineParts;
import io.strmqtt.core.LogText;
import io.strmqtt.dist.config.BrokerConfig;
import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.dist.plugin.Providers;
import io.strmqtt.transport.EventLoops;
import io.strmqtt.transport.ListenerException;
import io.strmqtt.transport.Listeners;
import io.strmqtt.transport.TlsReport;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** A broker that runs. Started and stopped by one thread; the view is for any. */
public final class RunningBroker implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(RunningBroker.class);
  private static final long GOODBYE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final Duration LAST_WRITES = Duration.ofSeconds(5);

  private final Engine engine;
  private final Listeners listeners;
  private final Reloading reloading;
  private final BrokerView view;
  private final Optional<AdminProvider.AdminServer> admin;
  private final Teardown teardown;

  private RunningBroker(
      Engine engine,
      Listeners listeners,
      Reloading reloading,
      BrokerView view,
      Optional<AdminProvider.AdminServer> admin,
      Teardown teardown) {
    this.engine = engine;
    this.listeners = listeners;
    this.reloading = reloading;
    this.view = view;
    this.admin = admin;
    this.teardown = teardown;
  }

  /**
   * Starts everything; when it returns, every listener is open.
   *
   * @param again reads the configuration once more, for a reload
   * @throws ListenerException if an address cannot be bound
   * @throws io.strmqtt.dist.config.InvalidSetting if a provider refuses its settings
   */
  public static RunningBroker start(ConfigResult.Loaded loaded, Supplier<ConfigResult> again)
      throws ListenerException {
    Teardown teardown = new Teardown();
    try {
      return start(loaded, again, teardown);
    } catch (ListenerException | RuntimeException e) {
      teardown.run();
      throw e;
    }
  }

  private static RunningBroker start(
      ConfigResult.Loaded loaded, Supplier<ConfigResult> again, Teardown teardown)
      throws ListenerException {
    BrokerConfig config = loaded.config();
    long begin = System.nanoTime();
    TlsReport tls = Listeners.check(config.listeners(), Clock.systemUTC());
    if (!tls.problems().isEmpty()) {
      throw ListenerException.failed(String.join("; ", tls.problems()));
    }
    tls.warnings()
        .forEach(
            warning -> LOG.warn("event=configuration_warning text={}", LogText.sentence(warning)));
    Providers providers = Providers.load(config.home().resolve("plugins"));
    Parts made = new Parts(config, providers);
    Storage storage = made.storage();
    teardown.add("storage", storage::close);
    Optional<Authorizer> authorizer = made.authorizer();
    authorizer.ifPresent(a -> teardown.add("authorizer", a::close));
    Optional<Authenticator> authenticator = made.authenticator();
    authenticator.ifPresent(a -> teardown.add("authenticator", a::close));
    List<EnhancedAuthenticator> enhanced = made.enhanced();
    enhanced.forEach(e -> teardown.add("enhanced authenticator", e::close));
    Map<String, EnhancedAuthenticator> methods = new TreeMap<>();
    enhanced.forEach(e -> e.methods().forEach(method -> methods.put(method, e)));
    EventLoops loops = EventLoops.start(Math.max(2, Runtime.getRuntime().availableProcessors()));
    teardown.add("event loops", loops::close);
    Engine engine =
        new Engine(
            new EngineParts(
                Version.text(),
                config.limits(),
                storage,
                authenticator,
                methods,
                config.authentication().allowAnonymous(),
                authorizer,
                config.sys().forEngine(),
                Clock.systemUTC(),
                System::nanoTime,
                new SecureRandom()),
            loops.workers());
    engine.restore().toCompletableFuture().join();
    Listeners listeners = Listeners.open(config.listeners(), engine, loops);
    teardown.add("listeners", listeners::close);
    Reloading reloading = new Reloading(loaded, again, listeners::reload, Clock.systemUTC());
    BrokerView view = engine.view(listeners, () -> true);
    Optional<AdminProvider.AdminServer> admin =
        startAdmin(config, providers, view, () -> reloading.reload("api"));
    admin.ifPresent(a -> teardown.add("admin", a::close));
    RunningBroker broker = new RunningBroker(engine, listeners, reloading, view, admin, teardown);
    broker.logReady(loops, begin);
    return broker;
  }

  private static Optional<AdminProvider.AdminServer> startAdmin(
      BrokerConfig config, Providers providers, BrokerView view, Reload reload) {
    if (!config.admin().enabled()) {
      return Optional.empty();
    }
    return providers
        .only(AdminProvider.class, AdminProvider::name)
        .map(provider -> provider.start(config.admin().bind(), view, reload));
  }

  private void logReady(EventLoops loops, long begin) {
    String addresses =
        listeners.views().stream()
            .map(
                l ->
                    l.name()
                        + "="
                        + ClientEndpoint.text(l.address())
                        + (l.proxyEnabled() ? "+proxy" : ""))
            .collect(Collectors.joining(" "));
    LOG.info(
        "event=ready version={} {} admin={} io={} tls={} started_ms={}",
        view.version(),
        addresses,
        admin.map(a -> ClientEndpoint.text(a.address())).orElse("off"),
        loops.kind(),
        Listeners.tlsProvider(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
  }

  /**
   * Reads the configuration again and applies what can change; the log says what came of it.
   *
   * @param by who asked for it, one word for the log
   */
  public Reload.Outcome reload(String by) {
    return reloading.reload(by);
  }

  public BrokerView view() {
    return view;
  }

  /** Where the listener of that name really listens. */
  public InetSocketAddress address(String listener) {
    return views().stream()
        .filter(l -> l.name().equals(listener))
        .map(ListenerView::address)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no listener is called " + listener));
  }

  /** Where the HTTP API listens, if it is on. */
  public Optional<InetSocketAddress> adminAddress() {
    return admin.map(AdminProvider.AdminServer::address);
  }

  private List<ListenerView> views() {
    return listeners.views();
  }

  /**
   * Stops accepting, says goodbye to every client, waits a little for the words to arrive and for
   * the store to write what they left, and closes everything.
   */
  @Override
  public void close() {
    LOG.info("event=stopping connections={}", engine.connections());
    listeners.close();
    engine.shutdown();
    long deadline = System.nanoTime() + GOODBYE_NANOS;
    while (engine.connections() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
    if (!engine.close(LAST_WRITES)) {
      LOG.warn("event=stopping text=\"the store has not written all yet; it is given more time\"");
    }
    teardown.run();
    LOG.info("event=stopped");
  }
}

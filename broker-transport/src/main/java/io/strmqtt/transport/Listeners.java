package io.strmqtt.transport;

import io.strmqtt.api.admin.ListenerView;
import io.strmqtt.api.admin.ProxyReject;
import io.strmqtt.api.admin.ProxyView;
import io.strmqtt.core.Engine;
import io.strmqtt.core.LogText;
import io.strmqtt.core.OpenListeners;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The open listeners. Opened and closed by the starting thread; the views and {@link #reload} are
 * for any.
 */
public final class Listeners implements OpenListeners {
  private static final Logger LOG = LogManager.getLogger(Listeners.class);

  private final List<Listener> open;
  private final ProxyRejects rejects;

  private Listeners(List<Listener> open, ProxyRejects rejects) {
    this.open = open;
    this.rejects = rejects;
  }

  /**
   * Opens all of them, or none.
   *
   * @throws ListenerException if one cannot be opened; those before it are closed again
   */
  public static Listeners open(List<ListenerSettings> settings, Engine engine, EventLoops loops)
      throws ListenerException {
    ProxyRejects rejects = new ProxyRejects(engine.clock());
    List<Listener> made = new ArrayList<>();
    for (ListenerSettings each : settings) {
      made.add(new Listener(each, transport(each), engine, rejects));
    }
    Descriptors descriptors = Descriptors.ofProcess(engine::nanoTime);
    long needed = descriptors.needed(engine.limits().maxConnections());
    if (descriptors.limit() < needed) {
      LOG.warn(
          "event=few_descriptors limit={} needed={} text={}",
          descriptors.limit(),
          needed,
          LogText.sentence(
              "mqtt.max_connections connections would need more file descriptors; "
                  + Descriptors.TEXT
                  + ", or lower mqtt.max_connections"));
    }
    List<Listener> open = new ArrayList<>();
    try {
      for (Listener each : made) {
        each.bind(loops, descriptors);
        open.add(each);
      }
    } catch (ListenerException e) {
      open.forEach(Listener::close);
      throw e;
    }
    return new Listeners(List.copyOf(open), rejects);
  }

  private static TransportProvider transport(ListenerSettings settings) throws ListenerException {
    List<String> known = new ArrayList<>();
    for (TransportProvider each :
        ServiceLoader.load(TransportProvider.class, TransportProvider.class.getClassLoader())) {
      if (each.type().equals(settings.type())) {
        return each;
      }
      known.add(each.type());
    }
    throw ListenerException.misconfigured(
        "listener." + settings.name() + ".type = " + settings.type() + " is not one of " + known);
  }

  @Override
  public List<ListenerView> views() {
    return open.stream().map(Listener::view).toList();
  }

  /**
   * New connections find what these settings say of the PROXY protocol and of forwarded HTTP
   * headers; those that are open keep what they began with. All else, and settings of listeners
   * that are not open, is left alone.
   */
  public void reload(List<ListenerSettings> settings) {
    for (ListenerSettings next : settings) {
      open.stream()
          .filter(listener -> listener.settings().name().equals(next.name()))
          .filter(listener -> listener.settings().type().equals(next.type()))
          .forEach(listener -> listener.reload(next));
    }
  }

  @Override
  public List<ProxyView> proxies() {
    return open.stream().map(Listener::proxyView).toList();
  }

  @Override
  public List<ProxyReject> proxyRejects() {
    return rejects.latestFirst();
  }

  /**
   * Says whether the certificates and keys of these listeners can be used, as opening them would
   * find out; opens nothing.
   */
  public static TlsReport check(List<ListenerSettings> settings, Clock clock) {
    return TlsContexts.check(settings, clock);
  }

  /** The names of cipher suites that a listener can be given, sorted. */
  public static List<String> cipherSuites() {
    return CipherSuites.known();
  }

  /** {@code boringssl} or {@code jdk}: who does TLS, for people. */
  public static String tlsProvider() {
    return TlsContexts.provider();
  }

  /** Stops accepting; what is connected stays. */
  public void close() {
    open.forEach(Listener::close);
  }
}

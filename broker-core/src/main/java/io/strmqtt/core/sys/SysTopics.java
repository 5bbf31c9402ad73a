package io.strmqtt.core.sys;

import io.netty.channel.EventLoop;
import io.strmqtt.api.Message;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.core.Counters;
import io.strmqtt.core.Counters.Event;
import io.strmqtt.core.LogText;
import io.strmqtt.core.routing.Publication;
import io.strmqtt.core.routing.Router;
import io.strmqtt.core.session.Broker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Publishes {@code $SYS/broker/...} every few seconds, under the names that Mosquitto made known;
 * what has not changed is not repeated. QoS 0: an absent reader finds the latest values when it
 * subscribes again. On one event loop.
 */
public final class SysTopics {
  private static final Logger LOG = LogManager.getLogger(SysTopics.class);
  private static final String ROOT = "$SYS/broker/";
  private static final Router.Routed NOBODY_WAITS = subscribers -> {};

  private final Sources sources;
  private final Broker broker;
  private final RetainedStore retained;
  private final EventLoop loop;
  private final long intervalNanos;
  private final Map<String, LongSupplier> counts = new LinkedHashMap<>();
  private final Map<String, Load> loads = new LinkedHashMap<>();
  private final Map<String, String> published = new HashMap<>();
  private final long begin;
  private long last;

  /**
   * What is asked of the rest of the engine, on the loop.
   *
   * @param version the broker's, for people
   * @param connected clients with an accepted CONNECT
   * @param sessions sessions, connected or not
   * @param nanoTime monotonic
   * @param stopping whether this is to end
   */
  public record Sources(
      String version,
      LongSupplier connected,
      LongSupplier sessions,
      LongSupplier nanoTime,
      BooleanSupplier stopping) {}

  /**
   * @param retained where the latest values are kept for new subscriptions
   * @param loop where it works
   * @param interval above zero
   */
  public SysTopics(
      Sources sources, Broker broker, RetainedStore retained, EventLoop loop, Duration interval) {
    this.sources = sources;
    this.broker = broker;
    this.retained = retained;
    this.loop = loop;
    this.intervalNanos = interval.toNanos();
    this.begin = sources.nanoTime().getAsLong();
    this.last = begin;
    Counters counters = broker.counters();
    counts.put("clients/connected", sources.connected());
    counts.put("clients/disconnected", this::disconnected);
    counts.put("clients/total", sources.sessions());
    counts.put("clients/maximum", counters::mostConnections);
    counts.put("subscriptions/count", broker.router()::subscriptions);
    counts.put("retained messages/count", retained::size);
    counts.put("store/messages/bytes", broker.pending()::sum);
    averaged("messages/received", () -> counters.get(Event.PACKETS_RECEIVED));
    averaged("messages/sent", () -> counters.get(Event.PACKETS_SENT));
    averaged("publish/messages/received", () -> counters.get(Event.PUBLISH_RECEIVED));
    averaged("publish/messages/sent", () -> counters.get(Event.PUBLISH_SENT));
    averaged("publish/messages/dropped", this::dropped);
    averaged("bytes/received", () -> counters.get(Event.BYTES_RECEIVED));
    averaged("bytes/sent", () -> counters.get(Event.BYTES_SENT));
    loads.put("connections", new Load());
  }

  /** A count with its load. */
  private void averaged(String name, LongSupplier count) {
    counts.put(name, count);
    loads.put(name, new Load());
  }

  private long disconnected() {
    return Math.max(0, sources.sessions().getAsLong() - sources.connected().getAsLong());
  }

  private long dropped() {
    long sum = 0;
    for (Reason reason : Reason.values()) {
      if (reason.kind() == Reason.Kind.DROP) {
        sum += broker.counters().get(reason);
      }
    }
    return sum;
  }

  /** Publishes for the first time and from then on; any thread. */
  public void start() {
    loop.execute(this::tick);
  }

  private void tick() {
    if (sources.stopping().getAsBoolean()) {
      return;
    }
    try {
      publishAll();
    } catch (RuntimeException | Error e) {
      LOG.error("event=internal_error error={}", LogText.of(String.valueOf(e)), e);
    } finally {
      loop.schedule(this::tick, intervalNanos, TimeUnit.NANOSECONDS);
    }
  }

  private void publishAll() {
    long now = sources.nanoTime().getAsLong();
    publish("version", "st-rmqtt version " + sources.version());
    publish("uptime", TimeUnit.NANOSECONDS.toSeconds(now - begin) + " seconds");
    counts.forEach((name, count) -> publish(name, String.valueOf(count.getAsLong())));
    if (now > last) {
      double seconds = (now - last) / 1e9;
      last = now;
      loads.forEach((name, load) -> load.update(countOf(name), seconds));
    }
    loads.forEach(
        (name, load) -> {
          for (int i = 0; i < Load.MINUTES.length; i++) {
            publish(
                "load/"
                    + name.replace("publish/messages/", "publish/")
                    + "/"
                    + Load.MINUTES[i]
                    + "min",
                load.text(i));
          }
        });
  }

  private long countOf(String load) {
    LongSupplier count = counts.get(load);
    return count == null ? broker.counters().get(Event.CONNECTIONS_ACCEPTED) : count.getAsLong();
  }

  private void publish(String name, String value) {
    if (value.equals(published.put(name, value))) {
      return;
    }
    Message message =
        new Message(
            ROOT + name,
            value.getBytes(StandardCharsets.UTF_8),
            0,
            true,
            Message.Properties.NONE,
            broker.clock().millis(),
            "");
    retained.put(message);
    broker.router().route(new Publication(message), NOBODY_WAITS);
  }
}

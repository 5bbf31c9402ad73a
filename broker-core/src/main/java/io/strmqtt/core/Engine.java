package io.strmqtt.core;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.strmqtt.api.admin.BrokerView;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.core.connection.MqttConnection;
import io.strmqtt.core.connection.Services;
import io.strmqtt.core.routing.LocalRouter;
import io.strmqtt.core.session.Broker;
import io.strmqtt.core.session.PendingBytes;
import io.strmqtt.core.session.RetainedExpiry;
import io.strmqtt.core.session.Sessions;
import io.strmqtt.core.session.Shards;
import io.strmqtt.core.sys.SysAccess;
import io.strmqtt.core.sys.SysRetained;
import io.strmqtt.core.sys.SysTopics;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The engine as the rest of the broker sees it: connections go in, a read-only view comes out. Any
 * thread.
 */
public final class Engine {
  private final EngineParts parts;
  private final Counters counters = new Counters();
  private final Shards shards;
  private final Services services;

  /**
   * @param loops the event loops that all connections will live on
   */
  public Engine(EngineParts parts, EventLoopGroup loops) {
    this.parts = parts;
    PendingBytes pending = new PendingBytes(parts.limits().maxPendingBytes());
    this.shards = new Shards(loops, parts.nanoTime(), pending);
    Authorizer authorizer =
        new SysAccess(
            parts
                .authorizer()
                .<Authorizer>map(plugin -> new AccessControl(plugin, counters))
                .orElseGet(AccessControl.Open::new),
            parts.sys().mayRead());
    SysRetained retained = new SysRetained(parts.storage().retained());
    Broker broker =
        new Broker(
            parts.limits(),
            new LocalRouter(counters, parts.storage()),
            parts.storage(),
            retained,
            counters,
            new Drops(counters, loops.next()),
            authorizer,
            pending,
            parts.clock());
    this.services =
        new Services(
            broker,
            new Sessions(broker),
            new Refusals(counters, parts.storage().unauthorized(), parts.clock(), parts.nanoTime()),
            parts.authenticator(),
            parts.methods(),
            parts.allowAnonymous(),
            this::newClientId,
            ConcurrentHashMap.newKeySet(),
            ConcurrentHashMap.newKeySet(),
            new AtomicInteger(),
            new AtomicBoolean());
    new RetainedExpiry(broker, shards.all().iterator().next()).start();
    if (parts.sys().interval().isPositive()) {
      new SysTopics(
              new SysTopics.Sources(
                  parts.version(),
                  services.open()::size,
                  services.sessions()::size,
                  parts.nanoTime(),
                  services.stopping()::get),
              broker,
              retained,
              shards.all().iterator().next().loop(),
              parts.sys().interval())
          .start();
    }
  }

  /**
   * Takes up what an earlier run has left in the store. Once, before there are connections.
   *
   * @return done when every session is there; on a thread of the loops
   */
  public CompletionStage<Void> restore() {
    return services.sessions().restore(shards);
  }

  private synchronized String newClientId() {
    byte[] bytes = new byte[12];
    parts.random().nextBytes(bytes);
    return "auto-" + HexFormat.of().formatHex(bytes);
  }

  /** Takes charge of a connection that is ready for CONNECT; on its loop. */
  public ConnectionHandler accept(Connection connection) {
    return new MqttConnection(services, connection, shards.of(connection.loop()));
  }

  /** The deadlines of an event loop; to be used on it. */
  public Deadlines deadlines(EventLoop loop) {
    return shards.of(loop).deadlines();
  }

  /** Wall clock, for records. */
  public Clock clock() {
    return parts.clock();
  }

  /** The loops' clock, nanoseconds from an arbitrary origin. */
  public long nanoTime() {
    return parts.nanoTime().getAsLong();
  }

  public Limits limits() {
    return parts.limits();
  }

  public Counters counters() {
    return counters;
  }

  /** Where refused attempts are reported. */
  public Refusals refusals() {
    return services.refusals();
  }

  /** Whether no new connections are to be taken. */
  public boolean isStopping() {
    return services.stopping().get();
  }

  /**
   * Tells every client that the broker stops, and closes (DISCONNECT 0x8B where the version has
   * it). Returns at once.
   */
  public void shutdown() {
    services.stopping().set(true);
    services.all().forEach(MqttConnection::shutdown);
  }

  /**
   * Waits until the store has written what the goodbyes have left, as long as the loops can still
   * hear of it; from then on what a store, a reader or an authenticator brings is nobody's. To be
   * called once after {@link #shutdown}, before the loops end; not on one of them.
   *
   * @param most how long to wait; a store that cannot write says nothing
   * @return whether the store has written all
   */
  public boolean close(Duration most) {
    boolean written = true;
    try {
      shards.onEach(parts.storage()::whenDurable).get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      written = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      written = false;
    } catch (ExecutionException e) {
      throw new AssertionError("none of them fails", e);
    }
    shards.close();
    return written;
  }

  /**
   * Counts the connections that are not accepted yet. The transport counts those on their way to
   * CONNECT, the engine those that it authenticates. Any thread.
   */
  public AtomicInteger pending() {
    return services.pending();
  }

  /** How many connections there are, with those that have not been accepted yet. */
  public int connections() {
    return services.all().size();
  }

  /**
   * The broker, read-only.
   *
   * @param listeners the open listeners
   * @param ready whether they are all open
   */
  public BrokerView view(OpenListeners listeners, Supplier<Boolean> ready) {
    return new EngineView(
        parts,
        services,
        counters,
        listeners,
        () -> ready.get() && !isStopping() && parts.storage().problem().isEmpty());
  }
}

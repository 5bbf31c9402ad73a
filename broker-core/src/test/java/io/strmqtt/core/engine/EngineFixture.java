package io.strmqtt.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.strmqtt.api.Reason;
import io.strmqtt.api.admin.BrokerView;
import io.strmqtt.api.auth.Authenticator;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.auth.EnhancedAuthenticator;
import io.strmqtt.api.store.Storage;
import io.strmqtt.core.Counters;
import io.strmqtt.core.Engine;
import io.strmqtt.core.EngineParts;
import io.strmqtt.core.OpenListeners;
import io.strmqtt.core.SysSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An engine on two event loops, with the memory stores. On simulated loops, which is the rule, the
 * test's thread does all the work: when a call returns, everything that follows from it has
 * happened, and time passes only in {@link #pass}.
 */
final class EngineFixture implements AutoCloseable {
  private static final int LOOPS = 2;

  private final Loops loops;
  private final Engine engine;
  private final BrokerView view;
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final List<TestClient> clients = new ArrayList<>();
  private long restoredSessions = -1;

  /** What a test may have otherwise. */
  static final class Options {
    final LimitsUnderTest limits = new LimitsUnderTest();
    Optional<Authenticator> authenticator = Optional.empty();
    Map<String, EnhancedAuthenticator> methods = Map.of();
    Optional<Authorizer> authorizer = Optional.empty();
    SysSettings sys = SysSettings.OFF;
    UnaryOperator<Storage> storage = memory -> memory;
    @Nullable SimulatedDisk disk;
    long seed = 1;

    /** By how much the clock on the wall is ahead of that of an engine that starts first. */
    Duration later = Duration.ZERO;
  }

  static EngineFixture start() {
    return start(options -> {});
  }

  static EngineFixture start(Consumer<Options> change) {
    Options options = new Options();
    change.accept(options);
    return new EngineFixture(options, new SimulatedLoops(LOOPS, options.seed));
  }

  static EngineFixture onThreads() {
    return new EngineFixture(new Options(), new ThreadLoops(LOOPS));
  }

  private EngineFixture(Options options, Loops loops) {
    this.loops = loops;
    boolean simulated = loops instanceof SimulatedLoops;
    Storage storage =
        options.disk == null ? options.storage.apply(Stores.memory()) : options.disk.mount(loops);
    this.engine =
        new Engine(
            new EngineParts(
                "test",
                options.limits.build(),
                storage,
                options.authenticator,
                options.methods,
                false,
                options.authorizer,
                options.sys,
                simulated
                    ? Clock.offset(((SimulatedLoops) loops).time().clock(), options.later)
                    : Clock.systemUTC(),
                simulated ? ((SimulatedLoops) loops).time()::nanoTime : System::nanoTime,
                new Random(options.seed)),
            loops.group());
    this.view = engine.view(OpenListeners.NONE, () -> true);
    engine.restore().thenRun(() -> restoredSessions = gauge("sessions"));
    loops.settle();
  }

  Engine engine() {
    return engine;
  }

  Loops loops() {
    return loops;
  }

  UnpooledByteBufAllocator allocator() {
    return allocator;
  }

  BrokerView view() {
    return view;
  }

  /** How many sessions there were when the engine said that it was ready for connections. */
  long restoredSessions() {
    return restoredSessions;
  }

  void pass(Duration duration) {
    ((SimulatedLoops) loops).pass(duration);
  }

  long count(Reason reason) {
    return engine.counters().get(reason);
  }

  long count(Counters.Event event) {
    return engine.counters().get(event);
  }

  long gauge(String name) {
    return view.counters().get(name);
  }

  /** A connection on which nothing has been said. */
  TestClient open(ConnectOptions options) {
    TestClient client = new TestClient(this, options.loop(), options.version(), 50_000);
    synchronized (clients) {
      clients.add(client);
    }
    return client;
  }

  /** Sends CONNECT and leaves the answer to the test. */
  TestClient attempt(ConnectOptions options) {
    return open(options).send(options.packet());
  }

  /** Connects and expects to be let in. */
  TestClient connect(ConnectOptions options) {
    return attempt(options).expectConnack();
  }

  TestClient connect(String clientId) {
    return connect(new ConnectOptions(clientId));
  }

  static ConnectOptions as(String clientId) {
    return new ConnectOptions(clientId);
  }

  /** Every connection ends; then no buffer may be left and no connection counted. */
  @Override
  public void close() {
    clients.forEach(TestClient::drop);
    loops.settle();
    loops.close();
    assertThat(engine.connections()).as("connections left").isZero();
    assertThat(allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory())
        .as("bytes of buffers not released")
        .isZero();
  }
}

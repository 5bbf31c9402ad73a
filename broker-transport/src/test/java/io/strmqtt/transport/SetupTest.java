package io.strmqtt.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.strmqtt.api.Reason;
import io.strmqtt.api.Settings;
import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageTerms;
import io.strmqtt.core.Engine;
import io.strmqtt.core.EngineParts;
import io.strmqtt.core.Limits;
import io.strmqtt.core.SysSettings;
import io.strmqtt.proxy.CidrSet;
import io.strmqtt.proxy.PendingBudget;
import io.strmqtt.proxy.ProxyHandler;
import io.strmqtt.proxy.ProxyPolicy;
import io.strmqtt.session.MemoryStorageProvider;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is due when on a connection that has not come to MQTT yet. */
class SetupTest {
  private static final Duration FIRST = Duration.ofSeconds(10);

  /** Deadlines are kept by ticks of a quarter of a second: never early, and so much late. */
  private static final Duration LATE = Duration.ofMillis(500);

  private static final String HEADER = "PROXY TCP4 203.0.113.7 192.0.2.1 56324 1883\r\n";

  private final EmbeddedChannel channel =
      new EmbeddedChannel() {
        @Override
        protected SocketAddress remoteAddress0() {
          return new InetSocketAddress("10.0.0.5", 41022);
        }

        @Override
        protected SocketAddress localAddress0() {
          return new InetSocketAddress("10.0.0.10", 1883);
        }
      };
  private final Storage storage =
      new MemoryStorageProvider()
          .open(
              new StorageTerms(Path.of("data"), Durability.NONE, Duration.ZERO, Clock.systemUTC()),
              new Settings(Map.of(), Path.of("").toAbsolutePath()));
  private final Engine engine;
  private long nanos;
  private int installed;

  SetupTest() {
    channel.freezeTime();
    engine =
        new Engine(
            new EngineParts(
                "test",
                limits(),
                storage,
                Optional.empty(),
                Map.of(),
                true,
                Optional.empty(),
                SysSettings.OFF,
                Clock.systemUTC(),
                () -> nanos,
                new Random(1)),
            channel.eventLoop());
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    storage.close();
  }

  @Test
  void aHeaderThatMustComeIsDueByItsOwnDeadlineAlone() throws Exception {
    begin(ProxyPolicy.Mode.REQUIRED, Duration.ofSeconds(25));

    isOpenFor(Duration.ofSeconds(25));
    isRefusedNow(Reason.TIMEOUT);
  }

  @ParameterizedTest
  @EnumSource(names = {"OFF", "OPTIONAL", "OBSERVE"})
  void whereNoHeaderMustComeWhatTheClientOwesFirstIsDueFromTheStart(ProxyPolicy.Mode mode)
      throws Exception {
    begin(mode, Duration.ofSeconds(5));

    isOpenFor(FIRST);
    isRefusedNow(Reason.HTTP_TIMEOUT);
  }

  @Test
  void aHeaderThatHasBegunIsDueEarlierThanWhatIsOwedFirst() throws Exception {
    begin(ProxyPolicy.Mode.OPTIONAL, Duration.ofSeconds(5));
    isOpenFor(Duration.ofSeconds(2));
    receive("PROXY TC");

    isOpenFor(Duration.ofSeconds(5));
    isRefusedNow(Reason.TIMEOUT);
  }

  @Test
  void aHeaderThatBeginsLateDoesNotPutOffWhatIsOwedFirst() throws Exception {
    begin(ProxyPolicy.Mode.OPTIONAL, Duration.ofSeconds(5));
    isOpenFor(Duration.ofSeconds(8));
    receive("PROXY TC");

    isOpenFor(Duration.ofSeconds(2));
    isRefusedNow(Reason.HTTP_TIMEOUT);
  }

  @Test
  void whoeverTricklesAHeaderGainsNoTime() throws Exception {
    begin(ProxyPolicy.Mode.OPTIONAL, Duration.ofSeconds(5));
    for (char each : "PROXY".toCharArray()) {
      receive(String.valueOf(each));
      isOpenFor(Duration.ofSeconds(1));
    }

    isRefusedNow(Reason.TIMEOUT);
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUIRED", "OPTIONAL", "OBSERVE"})
  void aHeaderInTimeTakesItsDeadlineAlong(ProxyPolicy.Mode mode) throws Exception {
    begin(mode, Duration.ofSeconds(5));
    isOpenFor(Duration.ofSeconds(1));
    receive(HEADER.substring(0, 9));
    isOpenFor(Duration.ofSeconds(3));
    receive(HEADER.substring(9));

    assertThat(installed).isEqualTo(1);
    isOpenFor(Duration.ofMinutes(1));
  }

  @Test
  void whatOnlyBeganLikeAHeaderTakesItsDeadlineAlong() throws Exception {
    begin(ProxyPolicy.Mode.OPTIONAL, Duration.ofSeconds(5));
    receive("PRO");
    isOpenFor(Duration.ofSeconds(4));
    receive("BE");

    assertThat(installed).isEqualTo(1);
    isOpenFor(Duration.ofMinutes(1));
  }

  @ParameterizedTest
  @EnumSource(names = {"OFF", "REQUIRED", "OPTIONAL"})
  void aConnectionForWhichThereIsNoMemoryIsNamedAndClosed(ProxyPolicy.Mode mode) throws Exception {
    begin(mode, Duration.ofSeconds(5));
    channel.pipeline().fireExceptionCaught(new OutOfMemoryError("direct"));

    assertThat(channel.isOpen()).isFalse();
    assertThat(engine.counters().get(Reason.OUT_OF_MEMORY)).isEqualTo(1);
    assertThat(engine.counters().reasons()).hasSize(1);
    channel.checkException();
  }

  private void begin(ProxyPolicy.Mode mode, Duration headerTimeout) throws Exception {
    ProxyPolicy some = ProxyPolicy.of(mode);
    ProxyPolicy policy =
        new ProxyPolicy(
            mode,
            CidrSet.of(List.of("10.0.0.0/24")),
            CidrSet.EMPTY,
            some.versions(),
            headerTimeout,
            some.maxHeaderSize(),
            some.maxPending(),
            some.maxPendingPerPeer(),
            some.crc32c(),
            some.tlsIdentity());
    ListenerSettings settings =
        new ListenerSettings(
            "l",
            "test",
            new InetSocketAddress("127.0.0.1", 0),
            new ListenerSettings.Proxy(policy, "a test"),
            Optional.empty(),
            "/mqtt",
            Optional.empty(),
            AllowedOrigins.ANY);
    Listener listener =
        new Listener(settings, new Nothing(), engine, new ProxyRejects(Clock.systemUTC()));
    Setup setup = new Setup(listener, settings, channel);
    ProxyHandler proxy = new ProxyHandler(policy, PendingBudget.of(policy), setup.peer(), setup);
    setup.begin(proxy.awaitsHeader());
    channel.pipeline().addLast(proxy).addLast(new NoMemory(setup));
  }

  /** Something that is owed, and nothing behind the header that would ask for it again. */
  private final class Nothing implements TransportProvider {
    @Override
    public String type() {
      return "test";
    }

    @Override
    public boolean usesTls() {
      return false;
    }

    @Override
    public Reason owedFirst() {
      return Reason.HTTP_TIMEOUT;
    }

    @Override
    public void install(Setup setup) {
      installed++;
    }
  }

  private void receive(String bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.US_ASCII));
  }

  private void isOpenFor(Duration duration) {
    pass(duration);
    assertThat(channel.isOpen()).isTrue();
  }

  private void isRefusedNow(Reason reason) {
    pass(LATE);
    assertThat(channel.isOpen()).isFalse();
    assertThat(engine.counters().get(reason)).isEqualTo(1);
  }

  private void pass(Duration duration) {
    for (long step = 0; step < duration.toMillis(); step += 50) {
      nanos += TimeUnit.MILLISECONDS.toNanos(50);
      channel.advanceTimeBy(50, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();
    }
  }

  private static Limits limits() {
    return new Limits(
        100,
        100,
        100,
        FIRST,
        1 << 16,
        1 << 20,
        2,
        100,
        100,
        1000,
        1 << 20,
        1 << 26,
        10,
        64,
        100,
        100,
        0,
        true,
        true,
        true,
        Duration.ofSeconds(30),
        100,
        true,
        true,
        16,
        false,
        "",
        false,
        128,
        1 << 16,
        1 << 20);
  }
}

package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.SessionStore;
import io.strmqtt.api.store.Storage;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Pingresp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe.Request;
import io.strmqtt.mqtt.packet.MqttPacket.Unsuback;
import io.strmqtt.mqtt.packet.MqttPacket.Unsubscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Thousands of filters at once: one answer, and everybody else's turn in between. */
class ManyFiltersTest {
  private static final int MANY = 5_000;

  private static EngineFixture start() {
    return EngineFixture.start(o -> o.limits.maxSubscriptions = 10_000);
  }

  private static Subscribe subscribe(int packetId, IntFunction<String> filter) {
    return new Subscribe(
        packetId,
        IntStream.range(0, MANY)
            .mapToObj(i -> new Request(filter.apply(i), 1, false, false, 0))
            .toList(),
        Properties.NONE);
  }

  private static Unsubscribe unsubscribe(int packetId, IntFunction<String> filter) {
    return new Unsubscribe(
        packetId, IntStream.range(0, MANY).mapToObj(filter).toList(), Properties.NONE);
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  void theyAreServedInTurnsAndAnsweredTogether(MqttVersion version) {
    try (EngineFixture broker = start()) {
      TestClient client = broker.connect(as("a").version(version));
      List<Long> seen = new ArrayList<>();
      client.post(subscribe(1, i -> "f/+/" + i));
      broker.loops().loop(0).execute(() -> seen.add(broker.gauge("subscriptions")));
      broker.loops().settle();
      assertThat(seen.getFirst()).as("another's turn").isBetween(1L, 500L);
      assertThat(client.receive(Suback.class).codes())
          .hasSize(MANY)
          .containsOnly(ReasonCode.GRANTED_QOS_1);
      assertThat(broker.gauge("subscriptions")).isEqualTo(MANY);

      seen.clear();
      client.post(unsubscribe(2, i -> "f/+/" + i));
      broker.loops().loop(0).execute(() -> seen.add(broker.gauge("subscriptions")));
      broker.loops().settle();
      assertThat(seen.getFirst()).as("another's turn").isBetween(MANY - 500L, MANY - 1L);
      assertThat(client.receive(Unsuback.class).packetId()).isEqualTo(2);
      assertThat(broker.gauge("subscriptions")).isZero();
    }
  }

  @Test
  void whatTheClientSendsBehindThemWaitsForThem() {
    try (EngineFixture broker = start()) {
      TestClient client = broker.connect("a");
      client.send(
          subscribe(1, i -> "f/" + i),
          TestClient.publication("f/" + (MANY - 1), "x", 0, false, 0, Properties.NONE),
          unsubscribe(2, i -> "f/" + i),
          TestClient.publication("f/" + (MANY - 1), "y", 0, false, 0, Properties.NONE),
          new Pingreq());
      List<Object> got = client.drain();
      assertThat(got).hasSize(4);
      assertThat(got.get(0)).isInstanceOf(Suback.class);
      assertThat(got.get(1)).isInstanceOf(Publish.class);
      assertThat(got.get(2)).isInstanceOf(Unsuback.class);
      assertThat(got.get(3)).isInstanceOf(Pingresp.class);
      assertThat(client.isBeingRead()).isTrue();
    }
  }

  @Test
  void aClientThatLeavesInBetweenLeavesNothingBehind() {
    try (EngineFixture broker = start()) {
      TestClient client = broker.connect("a");
      client.post(subscribe(1, i -> "f/" + i));
      client.drop();
      broker.loops().settle();
      assertThat(broker.gauge("subscriptions")).isZero();
      broker.connect("a").subscribe("f/1", 0).publish("f/1", "x");
    }
  }

  @Test
  void aSessionThatEndsLeavesTheRouterInTurns() {
    try (EngineFixture broker = start()) {
      TestClient client = broker.connect("a");
      client.send(subscribe(1, i -> "f/" + i)).receive(Suback.class);
      TestClient publisher = broker.connect("p");
      List<Long> seen = new ArrayList<>();
      EventLoop loop = broker.loops().loop(0);
      // Queued before the end of the connection, the inner one behind it.
      loop.execute(() -> loop.execute(() -> seen.add(broker.gauge("subscriptions"))));
      client.drop();
      assertThat(seen).as("another's turn").hasSize(1);
      assertThat(seen.getFirst()).isBetween(MANY - 500L, MANY - 1L);
      assertThat(broker.gauge("subscriptions")).isZero();
      TestClient again = broker.connect("a").subscribe("f/4999", 0);
      publisher.publish("f/4999", "x");
      again.receivePublish("x");
      again.receiveNothing();
    }
  }

  @Test
  void filtersBeyondThoseOfAPacketAreRefused() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxFiltersPerPacket = 2)) {
      TestClient client = broker.connect("a");
      assertThat(
              client
                  .askFor(
                      0,
                      new Request("a", 0, false, false, 0),
                      new Request("b", 1, false, false, 0),
                      new Request("c", 1, false, false, 0),
                      new Request("d", 0, false, false, 0))
                  .codes())
          .containsExactly(
              ReasonCode.SUCCESS,
              ReasonCode.GRANTED_QOS_1,
              ReasonCode.QUOTA_EXCEEDED,
              ReasonCode.QUOTA_EXCEEDED);
      client.subscribe("c", 0);
      assertThat(client.unsubscribe("a", "x", "c"))
          .containsExactly(
              ReasonCode.SUCCESS,
              ReasonCode.NO_SUBSCRIPTION_EXISTED,
              ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
      assertThat(broker.gauge("subscriptions")).isEqualTo(2);
    }
  }

  @Test
  void anOlderClientWouldTakeAFilterThatIsRefusedForGone() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxFiltersPerPacket = 2)) {
      TestClient client = broker.connect(as("a").version(MqttVersion.V3_1_1));
      client.send(new Unsubscribe(7, List.of("a", "b", "c"), Properties.NONE));
      assertThat(client.receiveClose()).isEqualTo(Reason.FILTERS_EXCEEDED);
    }
  }

  @Test
  void oneClientsFiltersAreTakenBehindThoseOfAnother() {
    try (EngineFixture broker = start()) {
      TestClient first = broker.connect("a");
      TestClient second = broker.connect("b");
      TestClient small = broker.connect("c");
      List<Boolean> seen = new ArrayList<>();
      first.post(subscribe(1, i -> "f/" + i));
      second.post(subscribe(1, i -> "f/" + i));
      small.post(new Subscribe(1, List.of(new Request("s", 0, false, false, 0)), Properties.NONE));
      broker.loops().loop(0).execute(() -> seen.add(second.isBeingRead()));
      broker.loops().settle();
      assertThat(seen).as("reading while the first is served").containsExactly(false);
      small.receive(Suback.class);
      assertThat(first.receive(Suback.class).codes()).hasSize(MANY);
      broker.pass(Duration.ofMillis(100));
      assertThat(second.receive(Suback.class).codes()).hasSize(MANY);
      assertThat(second.isBeingRead()).isTrue();
    }
  }

  /** A store whose subscriptions fail from the 1,000th on. */
  private static Storage failing(Storage memory) {
    AtomicInteger puts = new AtomicInteger();
    SessionStore sessions =
        (SessionStore)
            Proxy.newProxyInstance(
                ManyFiltersTest.class.getClassLoader(),
                new Class<?>[] {SessionStore.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("putSubscription")
                      && puts.incrementAndGet() == 1_000) {
                    throw new IllegalStateException("broken");
                  }
                  return method.invoke(memory.sessions(), arguments);
                });
    return (Storage)
        Proxy.newProxyInstance(
            ManyFiltersTest.class.getClassLoader(),
            new Class<?>[] {Storage.class},
            (proxy, method, arguments) ->
                method.getName().equals("sessions") ? sessions : method.invoke(memory, arguments));
  }

  @Test
  void onesFailureInTheMiddleHoldsUpNobodyElse() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxSubscriptions = 10_000;
              o.storage = ManyFiltersTest::failing;
            })) {
      TestClient first = broker.connect("a");
      TestClient second = broker.connect("b");
      first.post(subscribe(1, i -> "f/" + i));
      second.post(subscribe(1, i -> "f/" + i));
      broker.loops().settle();
      assertThat(first.receiveDisconnect(ReasonCode.UNSPECIFIED_ERROR))
          .isEqualTo(Reason.INTERNAL_ERROR);
      broker.pass(Duration.ofMillis(100));
      assertThat(second.receive(Suback.class).codes()).hasSize(MANY);
    }
  }

  @Test
  void theBytesOfASessionsFiltersAreBounded() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxSubscriptionBytes = 1_024)) {
      TestClient client = broker.connect(as("a").expiry(100));
      String large = "+/" + "x".repeat(500);
      assertThat(
              client
                  .askFor(
                      0,
                      new Request(large + "1", 0, false, false, 0),
                      new Request(large + "2", 0, false, false, 0),
                      new Request(large + "3", 0, false, false, 0),
                      new Request(large + "1", 1, false, false, 0),
                      new Request("t", 0, false, false, 0))
                  .codes())
          .containsExactly(
              ReasonCode.SUCCESS,
              ReasonCode.SUCCESS,
              ReasonCode.QUOTA_EXCEEDED,
              ReasonCode.GRANTED_QOS_1,
              ReasonCode.SUCCESS);
      client.unsubscribe(large + "2");
      client.subscribe(large + "3", 0);
    }
  }

  @Test
  void aMessageCarriesTheIdentifiersOfAllFiltersThatMatch() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxSubscriptions = 10_000)) {
      TestClient client = broker.connect("a");
      for (int i = 1; i <= 2_000; i++) {
        StringBuilder filter = new StringBuilder();
        for (int level = 0; level < 11; level++) {
          filter.append(level == 0 ? "" : "/").append((i >> level & 1) == 0 ? "+" : "a");
        }
        client.subscribe(i, new Request(filter.toString(), 0, false, false, 0));
      }
      broker.connect("p").publish("a/a/a/a/a/a/a/a/a/a/a", "x");
      assertThat(
              client.receivePublish("x").properties().entries().stream()
                  .filter(e -> e.property() == Property.SUBSCRIPTION_IDENTIFIER)
                  .mapToInt(e -> ((Long) e.value()).intValue()))
          .hasSize(2_000)
          .doesNotHaveDuplicates();
    }
  }
}

package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Will;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * SIGKILL at any moment, again and again: what the broker has acknowledged is there when it comes
 * back. {@code -Dcrash.rounds=300} for a long run, {@code -Dcrash.seed} for one that has failed.
 */
class CrashIT {
  private static final int ROUNDS = Integer.getInteger("crash.rounds", 10);
  private static final int MOST_MILLIS = 700;
  private static final int MESSAGES_IN_A_ROUND = 500;
  private static final Duration DRAINED = Duration.ofSeconds(120);

  private static final String CONFIGURATION =
      """
      storage { provider = "rocksdb", durability = "%s" }
      mqtt { max_in_flight = 50, max_queued_messages = 1000000, max_queued_bytes = 1GiB }
      listener { tcp.bind_port = %d, ssl.enabled = false, ws.enabled = false, wss.enabled = false }
      """;

  private final long seed = Long.getLong("crash.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Set<String> wills = new LinkedHashSet<>();
  private final List<RawClient> mortals = new ArrayList<>();

  @Test
  void nothingAcknowledgedIsLostHoweverOftenTheBrokerIsKilled() {
    BrokerProcess broker = start("fsync");
    Quay quay = new Quay(broker.port("tcp"));
    List<StubbornPublisher> publishers =
        clients(8, n -> new StubbornPublisher("p" + n, version(n), quay, random.nextLong()));
    List<StubbornSubscriber> subscribers =
        clients(4, n -> subscriber("s" + n, version(n), quay, "t/#"));
    StubbornSubscriber mourner = subscriber("mourner", MqttVersion.V5, quay, "w/#");
    List<WaveringSubscriber> wavering =
        clients(2, n -> new WaveringSubscriber("c" + n, version(n), quay, random.nextLong()));
    List<StubbornClient> all = new ArrayList<>(subscribers);
    all.add(mourner);

    quay.open();
    all.forEach(StubbornClient::start);
    subscribers.forEach(StubbornSubscriber::awaitSubscribed);
    mourner.awaitSubscribed();
    Stream.concat(publishers.stream(), wavering.stream()).forEach(all::add);
    publishers.forEach(each -> each.mayPublish(MESSAGES_IN_A_ROUND));
    publishers.forEach(StubbornClient::start);
    wavering.forEach(StubbornClient::start);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        meetMortals(quay.port(), round);
        insistItLives(broker, random.nextInt(MOST_MILLIS));
        publishers.forEach(each -> each.mayPublish(MESSAGES_IN_A_ROUND));
        quay.close();
        broker.kill();
        mortals.forEach(RawClient::close);
        mortals.clear();
        broker = comeBack(broker);
        quay.open();
      }
      settle(broker, all, publishers, subscribers, mourner, wavering);
    } catch (Throwable e) {
      all.forEach(StubbornClient::insistOnNoFailure);
      throw new AssertionError("-Dcrash.seed=" + seed + ": " + e + last(broker), e);
    } finally {
      quay.abandon();
      all.forEach(StubbornClient::stop);
    }
    broker.close();
    System.out.println(
        "crash: rounds="
            + ROUNDS
            + " published="
            + publishers.stream().mapToInt(p -> p.published(1).size() + p.published(2).size()).sum()
            + " received="
            + subscribers.stream().mapToInt(s -> s.received().size()).sum()
            + " wills="
            + wills.size());
  }

  @Test
  void aSessionExpiresWhileTheBrokerIsDown() {
    BrokerProcess broker = start("fsync");
    leave(broker, "short", 2);
    leave(broker, "long", 3600); // Acknowledged, and so what came before is stored.
    leave(broker, "witness", 3600);
    Map<String, Object> before = new AdminApi(broker).session("short");
    broker.kill();
    Instant expired = Instant.parse((String) before.get("disconnected_at")).plusSeconds(2);
    await().until(() -> Instant.now().isAfter(expired));

    BrokerProcess next = comeBack(broker);
    assertThat(next.request("/api/v1/sessions/short").statusCode()).isEqualTo(404);
    assertThat(next.request("/api/v1/sessions/long").statusCode()).isEqualTo(200);
    try (RawClient client = RawClient.open(next.port("tcp"), MqttVersion.V5)) {
      assertThat(client.connect("short", false, Properties.NONE).sessionPresent()).isFalse();
    }
    next.close();
  }

  private static void leave(BrokerProcess broker, String clientId, int expirySeconds) {
    try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
      client.connect(
          clientId,
          true,
          Properties.builder().add(Property.SESSION_EXPIRY_INTERVAL, expirySeconds).build());
    }
    broker.awaitLog("event=disconnected", "client_id=" + clientId);
  }

  private static BrokerProcess start(String durability) {
    return BrokerProcess.start(CONFIGURATION.formatted(durability, Quay.unusedPort()));
  }

  private static <C> List<C> clients(int count, java.util.function.IntFunction<C> make) {
    return IntStream.range(0, count).mapToObj(make).toList();
  }

  private static MqttVersion version(int n) {
    return n % 2 == 0 ? MqttVersion.V5 : MqttVersion.V3_1_1;
  }

  private StubbornSubscriber subscriber(String id, MqttVersion version, Quay quay, String filter) {
    return new StubbornSubscriber(id, version, quay, random.nextLong(), filter);
  }

  private static void insistItLives(BrokerProcess broker, long millis) {
    assertThat(broker.endsWithin(millis)).as("the broker has ended by itself").isFalse();
  }

  /** Starts the next one; now and then kills that before it is ready, too. */
  private BrokerProcess comeBack(BrokerProcess dead) {
    BrokerProcess next = dead.another();
    while (random.nextInt(5) == 0) {
      insistItLives(next, random.nextInt(1500));
      next.kill();
      next = next.another();
    }
    next.awaitReady();
    return next;
  }

  /** Clients whose wills the broker has acknowledged, and that do not see the end of the round. */
  private void meetMortals(int port, int round) {
    for (int n = 0; n < 3; n++) {
      String name = "m" + round + "-" + n;
      Properties terms =
          n == 0
              ? Properties.NONE
              : Properties.builder().add(Property.SESSION_EXPIRY_INTERVAL, 3600).build();
      Properties delay =
          n == 2
              ? Properties.builder().add(Property.WILL_DELAY_INTERVAL, 1).build()
              : Properties.NONE;
      RawClient client = RawClient.open(port, MqttVersion.V5);
      client.send(
          new Connect(
              MqttVersion.V5,
              name,
              true,
              0,
              Optional.of(
                  new Will(
                      "w/" + n, name.getBytes(StandardCharsets.UTF_8), 1 + n % 2, false, delay)),
              Optional.empty(),
              Optional.empty(),
              terms));
      assertThat(client.receive(Connack.class).code()).isEqualTo(ReasonCode.SUCCESS);
      wills.add(name);
      if (random.nextBoolean()) {
        mortals.add(client);
      } else {
        client.close();
      }
    }
  }

  private void settle(
      BrokerProcess broker,
      List<StubbornClient> all,
      List<StubbornPublisher> publishers,
      List<StubbornSubscriber> subscribers,
      StubbornSubscriber mourner,
      List<WaveringSubscriber> wavering) {
    all.forEach(StubbornClient::settle);
    wavering.forEach(WaveringSubscriber::finish);
    AdminApi api = new AdminApi(broker);
    await("acknowledgements")
        .atMost(DRAINED)
        .until(
            () -> {
              all.forEach(StubbornClient::insistOnNoFailure);
              return publishers.stream().allMatch(StubbornPublisher::isDone)
                  && wavering.stream().allMatch(WaveringSubscriber::isDone);
            });
    int messages =
        publishers.stream().mapToInt(p -> p.published(1).size() + p.published(2).size()).sum();
    await("messages")
        .atMost(DRAINED)
        .untilAsserted(
            () -> {
              assertThat(subscribers).allMatch(subscriber -> subscriber.different() == messages);
              assertThat(mourner.different()).isEqualTo(wills.size());
              assertThat(api.counter("queued_messages")).isZero();
            });
    all.forEach(StubbornClient::insistOnNoFailure);

    assertThat(mourner.received()).as("wills").containsAll(wills);
    assertThat(mourner.received().stream().filter(name -> name.endsWith("-1")))
        .as("wills with QoS 2")
        .doesNotHaveDuplicates();
    subscribers.forEach(subscriber -> verify(subscriber, publishers));
    wavering.forEach(each -> verify(each, api));
    assertThat(retained(broker.port("tcp"))).isEqualTo(expectedRetained(publishers));
    assertThat(broker.log()).noneMatch(line -> line.contains("event=internal_error"));
  }

  private static void verify(StubbornSubscriber subscriber, List<StubbornPublisher> publishers) {
    for (StubbornPublisher publisher : publishers) {
      List<String> from = subscriber.received().stream().filter(publisher::isFrom).toList();
      List<String> once =
          from.stream().filter(payload -> StubbornPublisher.hasQos(payload, 2)).toList();
      List<String> again =
          from.stream().filter(payload -> StubbornPublisher.hasQos(payload, 1)).toList();
      String what = publisher.id() + " to " + subscriber.id();
      assertThat(once).as("QoS 2 from " + what).isEqualTo(publisher.published(2));
      assertThat(new ArrayList<>(new LinkedHashSet<>(again)))
          .as("QoS 1 from " + what)
          .isEqualTo(publisher.published(1));
    }
  }

  private static void verify(WaveringSubscriber client, AdminApi api) {
    Map<String, Integer> found = new HashMap<>();
    for (Object each : (List<?>) api.session(client.id()).get("subscriptions")) {
      Map<?, ?> subscription = (Map<?, ?>) each;
      found.put((String) subscription.get("filter"), ((Number) subscription.get("qos")).intValue());
    }
    client
        .possible()
        .forEach(
            (filter, possible) ->
                assertThat(possible).as(filter).contains(found.getOrDefault(filter, -1)));
  }

  private static Map<String, String> expectedRetained(List<StubbornPublisher> publishers) {
    Map<String, String> expected = new HashMap<>();
    for (StubbornPublisher publisher : publishers) {
      if (!publisher.retained().isEmpty()) {
        expected.put(publisher.retainedTopic(), publisher.retained());
      }
    }
    return expected;
  }

  /** What a new subscriber finds on {@code r/#}, up to a message that follows. */
  private static Map<String, String> retained(int port) {
    Map<String, String> found = new HashMap<>();
    try (RawClient client = RawClient.connected(port, MqttVersion.V5, "historian")) {
      client.send(
          new Subscribe(
              1, List.of(new Subscribe.Request("r/#", 0, false, false, 0)), Properties.NONE));
      client.receive(Suback.class);
      client.send(new Publish("r/end", 0, false, false, 0, new byte[] {'.'}, Properties.NONE));
      while (true) {
        Publish publish = client.receive(Publish.class);
        if (publish.topic().equals("r/end")) {
          return found;
        }
        found.put(publish.topic(), new String(publish.payload(), StandardCharsets.UTF_8));
      }
    }
  }

  private static String last(BrokerProcess broker) {
    List<String> log = broker.log();
    return "\n" + String.join("\n", log.subList(Math.max(0, log.size() - 30), log.size()));
  }
}

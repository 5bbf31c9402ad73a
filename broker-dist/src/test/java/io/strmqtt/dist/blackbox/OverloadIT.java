package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * More comes in than goes out: the broker reads more slowly before it drops anything, drops nothing
 * without a name, keeps within its memory and serves others meanwhile.
 */
class OverloadIT {
  private static final int CLIENTS = 50;
  private static final long MIB = 1024 * 1024;
  private static final long HEAP = 512 * MIB;

  /** Code, metaspace, stacks, collector, and direct buffers: what comes on top of the heap. */
  private static final long BESIDE_HEAP = 384 * MIB;

  /** What the rates are measured over, once every publisher has been held back. */
  private static final Duration PHASE = Duration.ofSeconds(5);

  private static final Path IMAGE =
      Path.of(System.getProperty("image.home", "target/st-rmqtt")).toAbsolutePath();

  private static BrokerProcess broker(String hocon) {
    return BrokerProcess.start(IMAGE, hocon, Map.of("JAVA_OPTS", "-Xmx512m"));
  }

  @Test
  void eachPublisherIsSlowedDownToWhatItsOwnSubscriberTakes() {
    List<String> topics = IntStream.range(0, CLIENTS).mapToObj("flood/%02d"::formatted).toList();
    overload(topics, topics, 1000, 200_000);
  }

  @Test
  void publishersToOneTopicAreSlowedDownToWhatItsSubscribersTake() {
    overload(
        Collections.nCopies(CLIENTS, "flood"), Collections.nCopies(CLIENTS, "flood"), 100, 200_000);
  }

  private static void overload(
      List<String> topics, List<String> filters, int payload, int bytesPerSecond) {
    int frame = Flood.packet(topics.getFirst(), payload).length;
    // How many subscribers each message goes to.
    long copies = filters.stream().filter(topics.getFirst()::equals).count();
    try (BrokerProcess broker = broker("");
        SlowReaders readers =
            SlowReaders.start(broker.port("tcp"), "reader", filters, bytesPerSecond);
        Newcomers newcomers = Newcomers.start(broker.port("tcp"))) {
      Vitals vitals = new Vitals(broker);
      Footprint footprint = new Footprint(vitals);
      try (Flood flood = Flood.start(broker.port("tcp"), topics, payload)) {
        footprint.watch(() -> vitals.count("reads_paused") >= topics.size());
        long served = newcomers.served();
        long in = vitals.count("publish_received");
        long taken = readers.bytes() / frame;
        long end = System.nanoTime() + PHASE.toNanos();
        footprint.watch(() -> System.nanoTime() >= end);
        in = vitals.count("publish_received") - in;
        taken = readers.bytes() / frame - taken;

        assertThat(vitals.count("reads_paused")).isPositive();
        assertThat(vitals.count("QUEUE_FULL")).as("dropped while reading could slow down").isZero();
        assertThat(in * copies).as("let in, against what was read").isLessThan(taken * 3 / 2);
        assertThat(taken).isPositive();
        assertThat(newcomers.served()).isGreaterThan((int) served);

        readers.hurry();
        flood.stop();
        await()
            .atMost(Duration.ofSeconds(60))
            .untilAsserted(
                () ->
                    assertThat(readers.bytes() / frame + vitals.count("QUEUE_FULL"))
                        .isEqualTo(flood.published() * copies));
      }
      int served = newcomers.served();
      await().until(() -> newcomers.served() >= served + 5);
      newcomers.insistOnBeingServedWithin(1000);
      assertThat(footprint.most).isLessThan(HEAP + BESIDE_HEAP);
      assertThat(footprint.mostPending).isLessThan(HEAP / 4);
      await().untilAsserted(() -> assertThat(vitals.count("pending_bytes")).isZero());
      vitals.insistOnCalmLog();
    }
  }

  /** What the process has occupied at the most. */
  private static final class Footprint {
    final Vitals vitals;
    long most;
    long mostPending;

    Footprint(Vitals vitals) {
      this.vitals = vitals;
    }

    void watch(BooleanSupplier end) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                most = Math.max(most, vitals.residentBytes());
                mostPending = Math.max(mostPending, vitals.count("pending_bytes"));
                return end.getAsBoolean();
              });
    }
  }

  @Test
  void oneThatStopsReadingHoldsTheOthersUpForTenSecondsAtTheMostAndIsDisconnected() {
    int payload = 1000;
    int frame = Flood.packet("flood", payload).length;
    try (BrokerProcess broker = broker("mqtt.write_timeout = 16s");
        SlowReaders dead = SlowReaders.start(broker.port("tcp"), "dead", List.of("flood"), 0);
        SlowReaders alive =
            SlowReaders.start(broker.port("tcp"), "alive", List.of("flood"), 10_000_000);
        Newcomers newcomers = Newcomers.start(broker.port("tcp"));
        Flood flood = Flood.start(broker.port("tcp"), List.of("flood", "flood"), payload)) {
      Vitals vitals = new Vitals(broker);
      await().until(() -> vitals.count("reads_paused") > 0);
      assertThat(vitals.count("QUEUE_FULL")).isZero();
      assertThat(alive.bytes()).isPositive();

      // Beyond the time it may hold others up, it loses what it does not take, and they go on.
      await().atMost(Duration.ofSeconds(15)).until(() -> vitals.count("QUEUE_FULL") > 0);
      long before = alive.bytes();
      await().until(() -> alive.bytes() > before + 1000 * frame);

      await().atMost(Duration.ofSeconds(15)).until(() -> vitals.count("WRITE_TIMEOUT") == 1);
      broker.awaitLog("event=disconnected", "client_id=dead-0", "reason=WRITE_TIMEOUT");

      alive.hurry();
      flood.stop();
      // The living one has all, but what was dropped while it could not keep up itself.
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                long dropped = vitals.count("QUEUE_FULL") + vitals.count("QOS0_OFFLINE");
                long served = newcomers.served();
                assertThat(vitals.count("publish_received")).isGreaterThan(flood.published());
                assertThat(alive.bytes() / frame)
                    .isBetween(flood.published() - dropped, flood.published());
                assertThat(served).isPositive();
              });
      newcomers.insistOnBeingServedWithin(1000);
      vitals.insistOnCalmLog();
    }
  }
}

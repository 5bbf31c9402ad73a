package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TakeoverTest {
  @ParameterizedTest
  @CsvSource({"0, 0", "0, 1", "1, 0"})
  @Normative(v5 = "MQTT-3.1.4-3")
  void aTakeoverTellsTheOldConnectionAndMovesTheSession(int from, int to) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(as("a").expiry(100).loop(from)).subscribe("t", 1);
      TestClient second = broker.connect(as("a").resume().expiry(100).loop(to));

      // 3.1.4-3
      assertThat(first.receiveDisconnect(ReasonCode.SESSION_TAKEN_OVER))
          .isEqualTo(Reason.TAKEN_OVER);
      assertThat(second.connack().sessionPresent()).isTrue();
      broker.connect("p").publish("t", "x", 1);
      second.receivePublish("x");
      assertThat(broker.engine().connections()).isEqualTo(2);
      assertThat(broker.count(Reason.TAKEN_OVER)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"V3_1, 0", "V3_1_1, 0", "V3_1_1, 1"})
  @Normative(v311 = "MQTT-3.1.4-2")
  void a3xConnectionIsClosedWithoutAWord(MqttVersion version, int to) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(as("a").version(version).resume());
      TestClient second = broker.connect(as("a").version(version).resume().loop(to));

      assertThat(first.receiveClose()).isEqualTo(Reason.TAKEN_OVER); // 3.1.1: 3.1.4-2
      assertThat(second.connack().sessionPresent()).isEqualTo(version != MqttVersion.V3_1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aTakeoverOfASessionWithoutExpiryBeginsAnew(int to) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(as("a")).subscribe("t", 1);
      TestClient second = broker.connect(as("a").resume().loop(to));

      first.receiveDisconnect(ReasonCode.SESSION_TAKEN_OVER);
      assertThat(second.connack().sessionPresent()).isFalse();
      assertThat(broker.gauge("subscriptions")).isZero();
      assertThat(broker.gauge("sessions")).isEqualTo(1);
    }
  }

  @Test
  void theSessionsVersionMayChangeWithItsConnection() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("a").version(MqttVersion.V3_1_1).resume()).subscribe("t", 1).drop();
      broker.connect("p").publish("t", "x", 1);
      TestClient v5 = broker.connect(as("a").resume().expiry(100));

      assertThat(v5.connack().sessionPresent()).isTrue();
      v5.receivePublish("x");
    }
  }

  /**
   * Many connections claim one session at once, on both loops, in an order drawn from the seed,
   * while messages come: each connection is answered once and closed once, but the last; and no
   * message is lost that the subscriber did not see.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  @Normative(v5 = {"MQTT-3.2.0-1", "MQTT-3.2.0-2", "MQTT-3.14.0-1"})
  void manyTakeoversAtOnceLeaveOneOwner(long seed) {
    try (EngineFixture broker = EngineFixture.start(o -> o.seed = seed)) {
      Random random = new Random(seed);
      broker.connect(as("a").expiry(100)).subscribe("t", 1).drop();
      TestClient publisher = broker.connect(as("p").loop(1));
      List<TestClient> claims = new ArrayList<>();
      for (int round = 0; round < 10; round++) {
        List<Runnable> together = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          ConnectOptions options = as("a").resume().expiry(100).loop(random.nextInt(2));
          TestClient client = broker.open(options);
          claims.add(client);
          together.add(() -> client.post(options.packet()));
        }
        String payload = "m" + round;
        together.add(
            () ->
                publisher.post(
                    TestClient.publication(
                        "t",
                        payload,
                        1,
                        false,
                        publisher.nextPacketId(),
                        io.strmqtt.mqtt.packet.Properties.NONE)));
        together.forEach(Runnable::run);
        broker.loops().settle();
      }

      int open = 0;
      for (TestClient claim : claims) {
        List<Object> events = claim.drain();
        assertThat(events).as("each claim is answered or closed").isNotEmpty();
        long connacks = events.stream().filter(Connack.class::isInstance).count();
        assertThat(connacks).isLessThanOrEqualTo(1); // 3.2.0-2
        if (connacks == 1) {
          assertThat(events.getFirst()).isInstanceOf(Connack.class); // 3.2.0-1
        } else {
          assertThat(events).noneMatch(Disconnect.class::isInstance); // 3.14.0-1
        }
        if (events.getLast() instanceof TestClient.Closed) {
          continue;
        }
        open++;
        assertThat(events.stream().filter(Publish.class::isInstance).map(p -> (Publish) p))
            .extracting(TestClient::text)
            .as("the last owner has everything, in order")
            .containsExactly("m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9");
      }
      assertThat(open).isEqualTo(1);
      assertThat(broker.engine().connections()).isEqualTo(2);
    }
  }

  /** The same on threads: only what must hold whatever the schedule. */
  @Test
  @Timeout(60)
  void takeoversOnThreadsLeaveOneOwner() throws InterruptedException {
    try (EngineFixture broker = EngineFixture.onThreads()) {
      broker.connect(as("a").expiry(100)).subscribe("t", 1);
      TestClient publisher = broker.connect(as("p").loop(1));
      int threads = 4;
      int rounds = 100;
      CountDownLatch done = new CountDownLatch(threads);
      for (int t = 0; t < threads; t++) {
        int loop = t % 2;
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  for (int i = 0; i < rounds; i++) {
                    // Refused or let in, or let in and thrown out: but never left waiting.
                    broker.attempt(as("a").resume().expiry(100).loop(loop)).receiveAny();
                  }
                  done.countDown();
                });
      }
      for (int i = 0; i < 50; i++) {
        publisher.publish("t", "m" + i, 1);
      }
      assertThat(done.await(50, TimeUnit.SECONDS)).isTrue();

      TestClient last = broker.connect(as("a").resume().expiry(100));
      assertThat(last.connack().sessionPresent()).isTrue();
      for (int i = 0; i < 50; i++) {
        last.puback(last.receivePublish("m" + i));
      }
    }
  }
}

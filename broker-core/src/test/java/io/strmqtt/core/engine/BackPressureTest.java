package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.core.Counters;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackPressureTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aSlowSubscriberStopsItsPublisherBeforeAnythingIsDropped(int loop) {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxQueuedMessages = 20)) {
      TestClient slow = broker.connect("s").subscribe("t", 0);
      slow.writable(false);
      TestClient publisher = broker.connect(as("p").loop(loop));
      for (int i = 0; i < 20; i++) {
        publisher.publish("t", "m" + i);
      }

      assertThat(publisher.isBeingRead()).isFalse();
      assertThat(broker.count(Reason.QUEUE_FULL)).isZero();
      assertThat(broker.count(Counters.Event.READS_PAUSED)).isEqualTo(1);

      slow.writable(true);
      broker.pass(Duration.ofMillis(50));
      assertThat(publisher.isBeingRead()).isTrue();
      for (int i = 0; i < 20; i++) {
        slow.receivePublish("m" + i);
      }
    }
  }

  @Test
  void aSubscriberThatStaysSlowLosesMessagesInsteadOfHoldingOthersForEver() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxQueuedMessages = 20)) {
      TestClient slow = broker.connect("s").subscribe("t", 0);
      slow.writable(false);
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 40; i++) {
        publisher.publish("t", "m" + i);
      }
      broker.pass(Duration.ofSeconds(11));

      assertThat(publisher.isBeingRead()).isTrue();
      assertThat(broker.count(Reason.QUEUE_FULL)).isEqualTo(20);
    }
  }

  @Test
  void acknowledgementsEndThePauseOfAFullBroker() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxPendingBytes = 3000)) {
      TestClient subscriber =
          broker.connect(as("s").property(Property.RECEIVE_MAXIMUM, 1)).subscribe("t", 1);
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 40; i++) {
        publisher.publish("t", "m" + i);
        publisher.send(
            TestClient.publication(
                "t",
                "x".repeat(100),
                1,
                false,
                publisher.nextPacketId(),
                io.strmqtt.mqtt.packet.Properties.NONE));
      }
      assertThat(publisher.isBeingRead()).isFalse();

      while (broker.gauge("pending_bytes") > 0) {
        Publish next = subscriber.receivePublish();
        if (next.qos() > 0) {
          subscriber.puback(next);
        }
      }
      broker.pass(Duration.ofMillis(50));
      assertThat(publisher.isBeingRead()).isTrue();
    }
  }

  @Test
  void whileTooMuchWaitsThoseWhoPublishToTheSlowAreHeldBackAndNobodyElse() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxPendingBytes = 30_000)) {
      TestClient slow = broker.connect("s").subscribe("slow", 0);
      TestClient fast = broker.connect("f").subscribe("fast", 0);
      slow.writable(false);
      TestClient toSlow = broker.connect("p");
      TestClient toFast = broker.connect("q");
      for (int i = 0; i < 40; i++) {
        toSlow.publish("slow", "x".repeat(1000));
      }
      assertThat(toSlow.isBeingRead()).isFalse();
      for (int i = 0; i < 100; i++) {
        toFast.publish("fast", "m" + i);
        fast.receivePublish("m" + i);
      }
      assertThat(toFast.isBeingRead()).isTrue();
      assertThat(broker.count(Reason.QOS0_SLOW_SUBSCRIBER)).isZero();
      slow.writable(true);
      broker.pass(Duration.ofMillis(50));
      assertThat(toSlow.isBeingRead()).isTrue();
      assertThat(broker.gauge("pending_bytes")).isZero();
    }
  }

  @Test
  void whenHoldingBackIsNotEnoughTheSlowLoseQos0AndTheWorstItsConnection() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxPendingBytes = 30_000)) {
      TestClient slow = broker.connect("s").subscribe("slow", 2);
      TestClient lessSlow = broker.connect("l").subscribe("less", 2);
      slow.writable(false);
      lessSlow.writable(false);
      broker.connect("p0").publish("less", "x".repeat(6000), 1);
      // Each is let in once before it is held back.
      for (int i = 0; i < 3; i++) {
        broker.connect("a" + i).publish("slow", "x".repeat(6000), 0);
      }
      for (int i = 0; i < 4; i++) {
        broker.connect("b" + i).publish("slow", "x".repeat(9000), 1);
      }
      broker.pass(Duration.ofMillis(200));
      assertThat(broker.count(Reason.QOS0_SLOW_SUBSCRIBER)).isEqualTo(3);
      assertThat(broker.count(Reason.SLOW_SUBSCRIBER)).isZero();
      assertThat(broker.gauge("pending_bytes")).isBetween(40_000L, 60_000L);

      for (int i = 0; i < 4; i++) {
        broker.connect("c" + i).publish("slow", "x".repeat(9000), 1);
      }
      broker.pass(Duration.ofMillis(200));
      assertThat(broker.count(Reason.SLOW_SUBSCRIBER)).isEqualTo(1);
      slow.receiveDisconnect(ReasonCode.QUOTA_EXCEEDED);
      assertThat(broker.gauge("pending_bytes")).isLessThan(10_000);
      lessSlow.writable(true);
      lessSlow.receivePublish("x".repeat(6000));
    }
  }

  @Test
  void aPublisherThatIsHeldBackIsNotTakenForDead() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxQueuedMessages = 20)) {
      TestClient slow = broker.connect("s").subscribe("t", 0);
      slow.writable(false);
      TestClient publisher = broker.connect(as("p").keepAlive(2));
      for (int i = 0; i < 20; i++) {
        publisher.publish("t", "m" + i);
      }
      broker.pass(Duration.ofSeconds(6));
      publisher.receiveNothing();
      assertThat(publisher.isBeingRead()).isFalse();
    }
  }

  @Test
  void aClientThatDoesNotReadIsClosedAfterTheWriteTimeout() {
    try (EngineFixture broker =
        EngineFixture.start(o -> o.limits.writeTimeout = Duration.ofSeconds(5))) {
      TestClient client = broker.connect("a");
      client.writable(false);
      broker.pass(Duration.ofSeconds(4));
      assertThat(broker.count(Reason.WRITE_TIMEOUT)).isZero();
      broker.pass(Duration.ofSeconds(2));
      assertThat(broker.count(Reason.WRITE_TIMEOUT)).isEqualTo(1);
    }
  }

  @Test
  void aClientThatReadsAgainInTimeStays() {
    try (EngineFixture broker =
        EngineFixture.start(o -> o.limits.writeTimeout = Duration.ofSeconds(5))) {
      TestClient client = broker.connect("a");
      client.writable(false);
      broker.pass(Duration.ofSeconds(4));
      client.writable(true);
      broker.pass(Duration.ofSeconds(10));
      client.receiveNothing();
    }
  }

  @Test
  void whatWaitsForAbsentSessionsIsBoundedByTheStore() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> o.storage = memory -> Stores.memory(Map.of("queued_max_mib", 1)))) {
      broker.connect(as("a").expiry(100)).subscribe("t", 1).drop();
      broker.connect(as("b").expiry(100)).subscribe("t", 1).drop();
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 600; i++) {
        publisher.publish("t", "x".repeat(1000), 1);
      }
      long kept = broker.gauge("queued_messages");
      assertThat(kept).isBetween(900L, 1000L);
      assertThat(broker.count(Reason.STORE_FULL)).isEqualTo(1200 - kept);
      assertThat(publisher.isBeingRead()).isTrue();
    }
  }
}

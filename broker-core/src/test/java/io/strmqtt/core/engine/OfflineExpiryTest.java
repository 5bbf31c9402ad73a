package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has expired in the queue of an absent client does not take the room of what has not. */
class OfflineExpiryTest {
  private static final Properties SECOND =
      Properties.builder().add(Property.MESSAGE_EXPIRY_INTERVAL, 1).build();

  private static EngineFixture start(int limit, boolean dropOldest) {
    return EngineFixture.start(
        options -> {
          options.limits.maxQueuedMessages = limit;
          options.limits.dropOldest = dropOldest;
        });
  }

  private static void publish(TestClient publisher, String text, Properties properties) {
    publisher.send(TestClient.publication("t", text, 1, false, 1, properties));
    publisher.drain();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void expiredMessagesMakeRoomByTheirName(boolean dropOldest) {
    try (EngineFixture broker = start(3, dropOldest)) {
      broker.connect(as("a").expiry(1000)).subscribe("t", 1).drop();
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 3; i++) {
        publish(publisher, "old" + i, SECOND);
      }
      broker.pass(Duration.ofSeconds(60));
      for (int i = 0; i < 3; i++) {
        publish(publisher, "new" + i, Properties.NONE);
      }
      assertThat(broker.count(Reason.QUEUE_FULL)).isZero();
      assertThat(broker.count(Reason.MESSAGE_EXPIRED)).isEqualTo(3);

      TestClient back = broker.connect(as("a").resume().expiry(1000));

      back.receivePublish("new0");
      back.receivePublish("new1");
      back.receivePublish("new2");
      back.receiveNothing();
    }
  }

  @Test
  void theBoundIsKeptWhenNothingHasExpired() {
    try (EngineFixture broker = start(3, false)) {
      broker.connect(as("a").expiry(1000)).subscribe("t", 1).drop();
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 5; i++) {
        publish(publisher, "m" + i, SECOND);
      }
      assertThat(broker.count(Reason.QUEUE_FULL)).isEqualTo(2);
      broker.pass(Duration.ofSeconds(60));
      for (int i = 0; i < 5; i++) {
        publish(publisher, "n" + i, Properties.NONE);
      }
      assertThat(broker.count(Reason.MESSAGE_EXPIRED)).isEqualTo(3);
      assertThat(broker.count(Reason.QUEUE_FULL)).isEqualTo(4);
    }
  }

  @Test
  void whatExpiredAtAClientThatIsThereDoesNotRaiseItsBound() {
    try (EngineFixture broker = start(3, false)) {
      TestClient a = broker.connect(as("a").expiry(1000)).subscribe("t", 1);
      TestClient publisher = broker.connect("p");
      publish(publisher, "sent", SECOND);
      a.puback(a.receivePublish("sent"));
      broker.pass(Duration.ofSeconds(60));
      a.writable(false);
      for (int i = 0; i < 5; i++) {
        publish(publisher, "m" + i, Properties.NONE);
      }
      broker.pass(Duration.ofSeconds(11)); // It holds its publisher back no longer.
      assertThat(broker.count(Reason.QUEUE_FULL)).as("while it does not read").isEqualTo(2);
    }
  }

  @Test
  void whatExpiredAtAClientBeforeItLeftDoesNotRaiseItsBound() {
    try (EngineFixture broker = start(3, false)) {
      TestClient a = broker.connect(as("a").expiry(1000)).subscribe("t", 1);
      TestClient publisher = broker.connect("p");
      publish(publisher, "sent", SECOND);
      a.puback(a.receivePublish("sent"));
      broker.pass(Duration.ofSeconds(60));
      a.drop();
      for (int i = 0; i < 5; i++) {
        publish(publisher, "m" + i, Properties.NONE);
      }
      assertThat(broker.count(Reason.QUEUE_FULL)).isEqualTo(2);
    }
  }

  @Test
  void aQueueOfManyPagesIsSweptWhole() {
    int many = 3 * 256 + 10;
    try (EngineFixture broker = start(many, false)) {
      broker.connect(as("a").expiry(1000)).subscribe("t", 1).drop();
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < many; i++) {
        publish(publisher, "m" + i, i % 2 == 0 ? SECOND : Properties.NONE);
      }
      broker.pass(Duration.ofSeconds(60));
      publish(publisher, "last", Properties.NONE);
      assertThat(broker.count(Reason.MESSAGE_EXPIRED)).isEqualTo(many / 2);
      assertThat(broker.gauge("queued_messages")).isEqualTo(many / 2 + 1);
    }
  }

  @Test
  void afterARestartWhoIsTurnedAwayFirstHasTheQueueLookedThrough() {
    SimulatedDisk disk = new SimulatedDisk();
    try (EngineFixture broker = startOn(disk)) {
      TestClient a = connect(broker, disk, as("a").expiry(1000));
      a.send(
          new Subscribe(
              1, List.of(new Subscribe.Request("t", 1, false, false, 0)), Properties.NONE));
      disk.write(100);
      a.drain();
      a.drop();
      TestClient publisher = connect(broker, disk, as("p"));
      for (int i = 0; i < 3; i++) {
        publish(publisher, "old" + i, SECOND);
        disk.write(100);
      }
    }
    try (EngineFixture broker = startOn(disk)) {
      TestClient publisher = connect(broker, disk, as("p"));
      broker.pass(Duration.ofSeconds(60));
      publish(publisher, "refused", Properties.NONE);
      disk.write(100);
      publish(publisher, "kept", Properties.NONE);
      disk.write(100);
      assertThat(broker.count(Reason.QUEUE_FULL)).isEqualTo(1);
      assertThat(broker.count(Reason.MESSAGE_EXPIRED)).isEqualTo(3);
    }
  }

  @Test
  void aClockThatWasSetBackAddsNothingToTheTimeThatIsLeft() {
    SimulatedDisk disk = new SimulatedDisk();
    try (EngineFixture broker = startOn(disk, Duration.ofHours(1))) {
      TestClient a = connect(broker, disk, as("a").expiry(100_000));
      a.send(
          new Subscribe(
              1, List.of(new Subscribe.Request("t", 1, false, false, 0)), Properties.NONE));
      disk.write(100);
      a.drain();
      a.drop();
      TestClient publisher = connect(broker, disk, as("p"));
      publish(
          publisher, "x", Properties.builder().add(Property.MESSAGE_EXPIRY_INTERVAL, 10).build());
      disk.write(100);
    }
    try (EngineFixture broker = startOn(disk, Duration.ZERO)) {
      TestClient back = connect(broker, disk, as("a").resume().expiry(100_000));
      disk.write(100);
      assertThat(back.receivePublish("x").properties().number(Property.MESSAGE_EXPIRY_INTERVAL, -1))
          .isEqualTo(10);
    }
  }

  private static TestClient connect(
      EngineFixture broker, SimulatedDisk disk, ConnectOptions options) {
    TestClient client = broker.attempt(options);
    disk.write(100);
    return client.expectConnack();
  }

  private static EngineFixture startOn(SimulatedDisk disk) {
    return startOn(disk, Duration.ZERO);
  }

  /**
   * @param later by how much the clock on the wall is ahead
   */
  private static EngineFixture startOn(SimulatedDisk disk, Duration later) {
    return EngineFixture.start(
        options -> {
          options.disk = disk;
          options.later = later;
          options.limits.maxQueuedMessages = 3;
        });
  }
}

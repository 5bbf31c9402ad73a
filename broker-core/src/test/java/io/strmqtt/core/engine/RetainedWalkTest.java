package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many retained messages for one subscriber, with live ones between. */
class RetainedWalkTest {
  private static final int MANY = 600;

  private static void retain(EngineFixture broker, int count, int qos, String payload) {
    TestClient publisher = broker.connect("p");
    for (int i = 0; i < count; i++) {
      publisher.publish("r/%05d".formatted(i), payload, qos, true, Properties.NONE);
    }
  }

  /** Takes and acknowledges all that comes, in the order it came. */
  private static List<Publish> takeAll(TestClient client) {
    List<Publish> all = new ArrayList<>();
    boolean more = true;
    while (more) {
      more = false;
      for (Object event : client.drain()) {
        if (event instanceof Publish publish) {
          all.add(publish);
          if (publish.qos() == 1) {
            client.puback(publish);
          } else if (publish.qos() == 2) {
            client.pubrec(publish);
            client.pubcomp(publish.packetId());
          }
          more = true;
        }
      }
    }
    return all;
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  void aLiveMessageAmongManyRetainedOnesIsNeitherDroppedNorOvertaken(MqttVersion version) {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxQueuedMessages = 100;
              o.limits.maxInFlight = 200;
            })) {
      retain(broker, MANY, 1, "old");
      TestClient subscriber = broker.connect(as("s").version(version));
      subscriber.subscribe("r/#", 1);
      List<Publish> first = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        Publish publish = subscriber.receivePublish();
        first.add(publish);
        subscriber.puback(publish);
      }
      broker.connect("q").publish("r/00007", "new", 1, true, Properties.NONE);
      List<Publish> all = new ArrayList<>(first);
      all.addAll(takeAll(subscriber));

      Set<String> topics = new TreeSet<>();
      String last = "";
      for (Publish each : all) {
        topics.add(each.topic());
        last = each.topic().equals("r/00007") ? TestClient.text(each) : last;
      }
      assertThat(topics).hasSize(MANY);
      assertThat(last).isEqualTo("new");
      assertThat(broker.count(Reason.QUEUE_FULL)).isZero();
      assertThat(broker.gauge("pending_bytes")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFullLiveQueueAndManyRetainedMessagesDoNotPushEachOtherOut(boolean dropOldest) {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxQueuedMessages = 100;
              o.limits.maxInFlight = 50;
              o.limits.dropOldest = dropOldest;
            })) {
      retain(broker, 150, 1, "x".repeat(3000));
      TestClient subscriber = broker.connect(as("s").expiry(100));
      subscriber.subscribe("r/#", 1);
      TestClient publisher = broker.connect("q");
      publisher.publish("r/live", "live", 1);
      List<Publish> all = takeAll(subscriber);

      assertThat(all).hasSize(151);
      assertThat(broker.count(Reason.QUEUE_FULL)).isZero();
    }
  }

  @Test
  void whatIsPublishedBehindTheSubscriptionComesOnceAndInOrder() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxInFlight = 10)) {
      retain(broker, 100, 1, "0");
      TestClient subscriber = broker.connect("s").subscribe("r/#", 1);
      TestClient publisher = broker.connect("q");
      for (int value = 1; value <= 3; value++) {
        for (int i = 0; i < 100; i++) {
          publisher.publish("r/%05d".formatted(i), "" + value, 1, true, Properties.NONE);
        }
      }
      String[] last = new String[100];
      for (Publish each : takeAll(subscriber)) {
        int topic = Integer.parseInt(each.topic().substring(2));
        if (last[topic] != null) {
          assertThat(TestClient.text(each)).isGreaterThan(last[topic]);
        }
        last[topic] = TestClient.text(each);
      }
      assertThat(last).containsOnly("3");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aKeptSessionGetsTheRestBehindALostConnection(int qos) {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxInFlight = 20)) {
      retain(broker, MANY, qos, "kept");
      TestClient subscriber = broker.connect(as("s").expiry(1000)).subscribe("r/#", qos);
      Set<String> topics = new TreeSet<>();
      for (int i = 0; i < 5; i++) {
        topics.add(subscriber.receivePublish().topic());
      }
      subscriber.drop();
      TestClient again = broker.connect(as("s").expiry(1000).resume());
      takeAll(again).forEach(each -> topics.add(each.topic()));
      assertThat(topics).hasSize(MANY);
      assertThat(broker.gauge("queued_messages")).isZero();
      assertThat(broker.gauge("pending_bytes")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aKeptSessionGetsThemBehindARestart(int qos) {
    SimulatedDisk disk = new SimulatedDisk();
    try (EngineFixture broker = EngineFixture.start(o -> o.disk = disk)) {
      TestClient publisher = written(disk, broker.attempt(as("p")));
      publisher.post(TestClient.publication("r", "kept", 0, true, 0, Properties.NONE));
      TestClient subscriber = written(disk, broker.attempt(as("s").expiry(1000)));
      subscriber.send(
          new Subscribe(
              1, List.of(new Subscribe.Request("r", qos, false, false, 0)), Properties.NONE));
      subscriber.writable(false);
      disk.write(100);
      disk.write(100);
      subscriber.drop();
      disk.write(100);
    }
    try (EngineFixture broker = EngineFixture.start(o -> o.disk = disk)) {
      TestClient again = written(disk, broker.attempt(as("s").expiry(1000).resume()));
      disk.write(100);
      assertThat(TestClient.text(again.receivePublish())).isEqualTo("kept");
    }
    try (EngineFixture broker = EngineFixture.start(o -> o.disk = disk)) {
      disk.write(100);
      assertThat(broker.view().session("s").orElseThrow().subscriptions())
          .allMatch(each -> !each.retainedDue());
    }
  }

  private static TestClient written(SimulatedDisk disk, TestClient client) {
    disk.write(100);
    return client.expectConnack();
  }

  @Test
  void aClientThatDoesNotReadHasNothingQueuedForIt() {
    try (EngineFixture broker = EngineFixture.start()) {
      retain(broker, MANY, 0, "x".repeat(1000));
      TestClient subscriber = broker.connect("s");
      subscriber.writable(false);
      subscriber.post(
          new Subscribe(
              1, List.of(new Subscribe.Request("#", 0, false, false, 0)), Properties.NONE));
      broker.loops().settle();
      assertThat(broker.gauge("pending_bytes")).isLessThan(3000);
      subscriber.writable(true);
      assertThat(takeAll(subscriber)).hasSize(MANY);
    }
  }

  @Test
  void unsubscribingEndsTheWalk() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxInFlight = 10)) {
      retain(broker, MANY, 1, "kept");
      TestClient subscriber = broker.connect("s").subscribe("r/#", 1);
      List<Publish> begun = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        begun.add(subscriber.receivePublish());
      }
      subscriber.unsubscribe("r/#");
      begun.forEach(subscriber::puback);
      subscriber.receiveNothing();
    }
  }

  @Test
  void retainedMessagesDoNotWaitForEverBehindLiveOnes() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxQueuedMessages = 50)) {
      retain(broker, 3, 1, "kept");
      TestClient subscriber =
          broker.connect(as("s").property(Property.RECEIVE_MAXIMUM, 1)).subscribe("live", 1);
      TestClient publisher = broker.connect("q");
      for (int i = 0; i < 5; i++) {
        publisher.publish("live", "l" + i, 1);
      }
      Publish open = subscriber.receivePublish("l0");
      subscriber.subscribe("r/#", 1);
      int retained = 0;
      for (int i = 5; i < 30 && retained < 3; i++) {
        publisher.publish("live", "l" + i, 1); // Never idle.
        subscriber.puback(open);
        open = subscriber.receivePublish();
        retained += TestClient.text(open).equals("kept") ? 1 : 0;
      }
      assertThat(retained).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void messagesThatHaveToBeReadComeOneAfterTheOtherAsTheClientTakesThem(int qos) {
    SlowBodies[] bodies = new SlowBodies[1];
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.storage = memory -> bodies[0] = new SlowBodies(memory);
              o.limits.maxInFlight = 8;
            })) {
      retain(broker, 50, qos, "old");
      TestClient subscriber = broker.connect(as("s"));
      subscriber.subscribe("r/#", qos);
      broker.connect("q").publish("r/live", "live", qos, false, Properties.NONE);
      List<Publish> all = takeAll(subscriber);
      assertThat(all.stream().map(TestClient::text)).containsOnly("live");
      for (int i = 0; i < 50; i++) {
        assertThat(bodies[0].reads).as("read ahead").hasSize(1);
        bodies[0].reads.remove().run();
        broker.loops().settle();
        all.addAll(takeAll(subscriber));
      }
      assertThat(bodies[0].reads).isEmpty();
      assertThat(all.stream().map(Publish::topic).distinct()).hasSize(51);
    }
  }
}

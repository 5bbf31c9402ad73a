package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.core.engine.StubbornClient.Repeats;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Power cuts while publishers set and clear retained messages with QoS 1 and 2 on one connection:
 * what is found with the next run is what an acknowledged publication has left, or one that was
 * under way. A clearing that is repeated removes a newer value, and the broker must let it: at QoS
 * 1, and with a packet identifier that was released, a repeat is a new message. That needs no
 * mistake of the client if the newer value came with QoS 2, whose repeat does nothing.
 */
class RetainedCrashTest {
  private static final int SEEDS = Integer.getInteger("crash.seeds", 60);
  private static final int STEPS = 1200;
  private static final String SHARED = "r/shared";

  private final SimulatedDisk disk = new SimulatedDisk();

  static long[] seeds() {
    return LongStream.rangeClosed(1, SEEDS).toArray();
  }

  /** One history from one seed. */
  private static final class Run {
    final SimulatedDisk disk = new SimulatedDisk();
    final RetainedHistory history = new RetainedHistory();
    final List<StubbornClient> publishers = new ArrayList<>();
    final List<Map<Integer, RetainedHistory.Write>> underWay = new ArrayList<>();
    final List<String> topics = new ArrayList<>(List.of(SHARED));
    final Repeats repeats;
    final long seed;
    final Random random;
    EngineFixture broker;
    int cuts;
    int surprises;

    Run(long seed, Repeats repeats) {
      this.seed = seed;
      this.repeats = repeats;
      this.random = new Random(seed);
      this.broker = start(seed);
      for (int n = 0; n < 2; n++) {
        Map<Integer, RetainedHistory.Write> mine = new HashMap<>();
        underWay.add(mine);
        topics.add("r/p" + n + "/0");
        topics.add("r/p" + n + "/1");
        publishers.add(
            new StubbornClient("p" + n, repeats, id -> history.acknowledged(mine.remove(id))));
      }
    }

    EngineFixture start(long with) {
      return EngineFixture.start(
          options -> {
            options.disk = disk;
            options.seed = with;
          });
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        int what = random.nextInt(200);
        if (what == 0) {
          cutPower(seed + step);
        } else if (what < 4) {
          publishers.get(random.nextInt(2)).drop();
        } else if (what < 20) {
          StubbornClient client = publishers.get(random.nextInt(2));
          if (!client.isIn()) {
            client.drop();
            client.connect(broker, random.nextInt(2));
          }
        } else if (what < 70) {
          publish(random.nextInt(2));
        } else if (what < 130) {
          publishers.get(random.nextInt(2)).turn(random.nextInt(4));
        } else {
          disk.write(1 + random.nextInt(2));
        }
      }
      cutPower(seed + STEPS);
      settle();
      cutPower(seed + STEPS + 1);
      broker.close();
    }

    void publish(int n) {
      StubbornClient publisher = publishers.get(n);
      if (publisher.unacknowledged() >= 10) {
        return;
      }
      String topic = random.nextInt(4) == 0 ? SHARED : "r/p" + n + "/" + random.nextInt(2);
      int qos = 1 + random.nextInt(2);
      String value =
          random.nextInt(3) == 0 ? RetainedHistory.NONE : "q" + qos + " " + random.nextLong();
      RetainedHistory.Write write =
          history.begin(topic, value, publisher.id(), repeats == Repeats.IN_ORDER, qos);
      underWay.get(n).put(publisher.publish(topic, value, qos, true), write);
    }

    void cutPower(long with) {
      EngineFixture next = start(with); // From here on, what the old one writes is written nowhere.
      publishers.forEach(StubbornClient::lost);
      broker.close();
      broker = next;
      cuts++;
      look();
    }

    /** What a subscriber finds. */
    void look() {
      Map<String, String> found = retained(broker, disk, topics);
      for (String topic : topics) {
        String value = found.getOrDefault(topic, RetainedHistory.NONE);
        assertThat(history.possible(topic)).as(() -> history.text(topic)).contains(value);
        surprises += !topic.equals(SHARED) && history.isSurprise(topic, value) ? 1 : 0;
      }
    }

    /** No more accidents: everything is acknowledged. */
    void settle() {
      for (int round = 0; round < 200; round++) {
        for (StubbornClient client : publishers) {
          if (!client.isIn() && round % 50 == 0) {
            client.drop();
            client.connect(broker, 0);
          }
          client.turn(100);
        }
        disk.write(1000);
      }
      assertThat(publishers).allSatisfy(p -> assertThat(p.unacknowledged()).isZero());
    }
  }

  private static Map<String, String> retained(
      EngineFixture broker, SimulatedDisk disk, List<String> topics) {
    TestClient historian = broker.attempt(as("historian"));
    disk.write(100);
    historian.expectConnack();
    historian.send(
        new Subscribe(
            1,
            topics.stream().map(t -> new Subscribe.Request(t, 0, false, false, 0)).toList(),
            Properties.NONE));
    disk.write(100);
    Map<String, String> found = new HashMap<>();
    for (Object event : historian.drain()) {
      if (event instanceof Publish publish) {
        found.put(publish.topic(), TestClient.text(publish));
      } else {
        assertThat(event).isInstanceOf(Suback.class);
      }
    }
    historian.disconnect();
    disk.write(100);
    return found;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anAcknowledgedRetainedMessageIsThereUntilALaterOneTakesItsPlace(long seed) {
    Run run = new Run(seed, Repeats.IN_ORDER);
    run.run();
    assertThat(run.cuts).isGreaterThan(1);
  }

  /** What was seen, and what explains it: the histories of the checker allow each of these. */
  @ParameterizedTest
  @EnumSource(Repeats.class)
  void repeatsOfOlderPublicationsOverwriteLaterAcknowledgedOnes(Repeats repeats) {
    int surprises = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      Run run = new Run(seed, repeats);
      run.run();
      surprises += run.surprises;
    }
    assertThat(surprises).as("latest acknowledged changes that are not there").isPositive();
  }

  // The same by hand, a history each.

  private EngineFixture start() {
    return EngineFixture.start(options -> options.disk = disk);
  }

  private EngineFixture cutPower(EngineFixture broker) {
    EngineFixture next = start();
    broker.close();
    return next;
  }

  private TestClient publisher(EngineFixture broker) {
    TestClient client = broker.attempt(as("p").resume().expiry(1000));
    disk.write(100);
    return client.expectConnack();
  }

  private static Publish retain(String value, int qos, int packetId, boolean dup) {
    return new Publish(
        "r", qos, true, dup, packetId, value.getBytes(StandardCharsets.UTF_8), Properties.NONE);
  }

  private static Pubrel pubrel(int packetId) {
    return new Pubrel(packetId, ReasonCode.SUCCESS, Properties.NONE);
  }

  private void insistOn(EngineFixture broker, String value) {
    assertThat(retained(broker, disk, List.of("r")).getOrDefault("r", RetainedHistory.NONE))
        .isEqualTo(value);
  }

  @Test
  void aClearingOfQos1RepeatedInOrderRemovesTheValueThatCameBehindItWithQos2() {
    EngineFixture broker = start();
    publisher(broker).send(retain("", 1, 1, false), retain("new", 2, 2, false));
    disk.write(100); // Both are stored, and their acknowledgements are lost with the broker.
    broker = cutPower(broker);
    insistOn(broker, "new");

    TestClient p = publisher(broker);
    p.send(retain("", 1, 1, true), retain("new", 2, 2, true));
    disk.write(100);
    assertThat(p.receive(Puback.class).packetId()).isEqualTo(1);
    assertThat(p.receive(Pubrec.class).packetId()).isEqualTo(2);
    broker = cutPower(broker);
    insistOn(broker, RetainedHistory.NONE);
    broker.close();
  }

  @Test
  void aClearingOfQos1RepeatedBehindANewerValueRemovesIt() {
    EngineFixture broker = start();
    publisher(broker).send(retain("", 1, 1, false));
    disk.write(100); // It is stored, and its PUBACK is lost with the broker.
    broker = cutPower(broker);

    TestClient p = publisher(broker);
    p.send(retain("new", 1, 2, false));
    disk.write(100);
    assertThat(p.receive(Puback.class).packetId()).isEqualTo(2);
    insistOn(broker, "new");
    p.send(retain("", 1, 1, true)); // Should have come first (4.6.0-1).
    disk.write(100);
    assertThat(p.receive(Puback.class).packetId()).isEqualTo(1);
    broker = cutPower(broker);

    insistOn(broker, RetainedHistory.NONE);
    broker.close();
  }

  @Test
  void aClearingOfQos2IsNotCarriedOutAgainHoweverOftenItIsRepeatedBeforeItsRelease() {
    EngineFixture broker = start();
    TestClient p = publisher(broker);
    p.send(retain("", 2, 1, false), retain("new", 1, 2, false));
    disk.write(100);
    assertThat(p.receive(Pubrec.class).packetId()).isEqualTo(1);
    assertThat(p.receive(Puback.class).packetId()).isEqualTo(2);
    for (int run = 0; run < 2; run++) {
      broker = cutPower(broker);
      p = publisher(broker);
      p.send(retain("", 2, 1, true));
      disk.write(100);
      assertThat(p.receive(Pubrec.class).packetId()).isEqualTo(1);
      insistOn(broker, "new");
    }
    p.send(pubrel(1));
    disk.write(100);
    assertThat(p.receive(Pubcomp.class).packetId()).isEqualTo(1);
    broker = cutPower(broker);
    insistOn(broker, "new");
    broker.close();
  }

  @Test
  void aReleaseRepeatedOverARestartLeavesTheNewerValueAndAPublicationInItsPlaceRemovesIt() {
    EngineFixture broker = start();
    TestClient p = publisher(broker);
    p.send(retain("", 2, 1, false), retain("new", 1, 2, false));
    disk.write(100);
    p.drain();
    p.send(pubrel(1));
    disk.write(100); // It is stored, and its PUBCOMP is lost with the broker.
    broker = cutPower(broker);

    p = publisher(broker);
    p.send(pubrel(1));
    disk.write(100);
    assertThat(p.receive(Pubcomp.class).packetId()).isEqualTo(1);
    insistOn(broker, "new");

    // After PUBREC it is PUBREL that is repeated (4.3.3-5): this is a message of its own.
    p.send(retain("", 2, 1, true));
    disk.write(100);
    assertThat(p.receive(Pubrec.class).packetId()).isEqualTo(1);
    broker = cutPower(broker);
    insistOn(broker, RetainedHistory.NONE);
    broker.close();
  }
}

package io.strmqtt.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.Properties;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Power cuts at any moment of any exchange: what the broker has acknowledged is delivered, QoS 2
 * exactly once, in the order of each publisher.
 */
class CrashTest {
  private static final int SEEDS = Integer.getInteger("crash.seeds", 60);
  private static final int STEPS = 1500;

  private final SimulatedDisk disk = new SimulatedDisk();
  private final List<StubbornClient> publishers =
      List.of(new StubbornClient("p0"), new StubbornClient("p1"));
  private final List<StubbornClient> subscribers =
      List.of(new StubbornClient("s0"), new StubbornClient("s1"));
  private final List<String> published = new ArrayList<>();

  static long[] seeds() {
    return LongStream.rangeClosed(1, SEEDS).toArray();
  }

  private EngineFixture start(long seed) {
    return EngineFixture.start(
        options -> {
          options.disk = disk;
          options.seed = seed;
          options.limits.maxInFlight = 10;
        });
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void nothingAcknowledgedIsLostAndNoQos2MessageComesTwice(long seed) {
    Random random = new Random(seed);
    EngineFixture broker = start(seed);
    for (StubbornClient each : subscribers) {
      TestClient connection =
          broker.attempt(EngineFixture.as(each.id()).resume().expiry(10_000).loop(0));
      disk.write(100);
      connection.expectConnack();
      connection.send(
          new Subscribe(
              1, List.of(new Subscribe.Request("t/#", 2, false, false, 0)), Properties.NONE));
      disk.write(100);
      connection.drop();
    }
    disk.write(100);

    List<StubbornClient> all = new ArrayList<>(publishers);
    all.addAll(subscribers);
    for (int step = 0; step < STEPS; step++) {
      int what = random.nextInt(200);
      if (what == 0) {
        broker = cutPower(broker, seed + step, all);
      } else if (what < 6) {
        all.get(random.nextInt(all.size())).drop();
      } else if (what < 26) {
        StubbornClient client = all.get(random.nextInt(all.size()));
        if (!client.isIn()) {
          client.drop();
          client.connect(broker, random.nextInt(2));
        }
      } else if (what < 60) {
        int publisher = random.nextInt(publishers.size());
        if (publishers.get(publisher).unacknowledged() < 15) {
          int qos = 1 + random.nextInt(2);
          String payload = "p" + publisher + " q" + qos + " " + published.size();
          published.add(payload);
          publishers.get(publisher).publish("t/" + random.nextInt(3), payload, qos);
        }
      } else if (what < 130) {
        all.get(random.nextInt(all.size())).turn(random.nextInt(4));
      } else {
        disk.write(1 + random.nextInt(3));
      }
    }
    settle(broker, all);
    verify();
    assertThat(disk.messages()).as("messages left on the disk").isZero();
    broker.close();
  }

  private EngineFixture cutPower(EngineFixture broker, long seed, List<StubbornClient> all) {
    EngineFixture next = start(seed); // From here on, what the old one writes is written nowhere.
    all.forEach(StubbornClient::lost);
    broker.close();
    return next;
  }

  /** No more accidents: everybody connects and stays. */
  private void settle(EngineFixture broker, List<StubbornClient> all) {
    for (int round = 0; round < 400; round++) {
      for (StubbornClient client : all) {
        if (round % 50 == 0 && !client.isIn()) {
          client.drop();
          client.connect(broker, 0);
        }
        client.turn(100);
      }
      disk.write(1000);
    }
    assertThat(all).allSatisfy(client -> assertThat(client.isIn()).isTrue());
    assertThat(publishers).allSatisfy(publisher -> assertThat(publisher.unacknowledged()).isZero());
  }

  private void verify() {
    assertThat(published).hasSizeGreaterThan(20);
    for (StubbornClient subscriber : subscribers) {
      List<String> exactlyOnce = subscriber.received().stream().filter(s -> has(s, 2)).toList();
      List<String> atLeastOnce = subscriber.received().stream().filter(s -> has(s, 1)).toList();
      assertThat(exactlyOnce).doesNotHaveDuplicates();
      for (int publisher = 0; publisher < publishers.size(); publisher++) {
        String prefix = "p" + publisher + " ";
        for (int qos = 1; qos <= 2; qos++) {
          int wanted = qos;
          assertThat(
                  new LinkedHashSet<>(qos == 1 ? atLeastOnce : exactlyOnce)
                      .stream().filter(s -> s.startsWith(prefix)))
              .containsExactlyElementsOf(
                  published.stream().filter(s -> s.startsWith(prefix) && has(s, wanted)).toList());
        }
      }
    }
  }

  private static boolean has(String payload, int qos) {
    return payload.contains(" q" + qos + " ");
  }
}

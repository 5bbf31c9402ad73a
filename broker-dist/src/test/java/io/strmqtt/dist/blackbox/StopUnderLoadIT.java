package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** SIGTERM while the store is busy with what publishers send: nobody is left to be told. */
@Timeout(60)
class StopUnderLoadIT {
  private static final int PUBLISHERS = 8;

  @RepeatedTest(3)
  void aStopUnderLoadEndsWellAndSaysNothingOfWhatNobodyWaitsFor() throws Exception {
    BrokerProcess broker = BrokerProcess.start("");
    int port = broker.port("tcp");
    RawClient away = RawClient.open(port, MqttVersion.V3_1_1);
    away.connect("away", false, Properties.NONE);
    away.send(
        new Subscribe(
            1, List.of(new Subscribe.Request("load/#", 1, false, false, 0)), Properties.NONE));
    away.receive(Suback.class);
    away.close();
    AtomicInteger sent = new AtomicInteger();
    List<Thread> publishers = new ArrayList<>();
    for (int i = 0; i < PUBLISHERS; i++) {
      int number = i;
      RawClient client = RawClient.open(port, MqttVersion.V3_1_1);
      client.connect("publisher-" + number, false, Properties.NONE);
      publishers.add(Thread.ofPlatform().daemon().start(() -> publish(client, number, sent)));
    }
    await().until(() -> sent.get() > 2000);

    broker.terminate();

    assertThat(broker.exitCode()).isZero();
    for (Thread each : publishers) {
      each.join();
    }
    assertThat(broker.log()).anyMatch(line -> line.contains("event=stopped"));
    assertThat(broker.log()).noneMatch(line -> line.contains("event=callback_failed"));
    new Vitals(broker).insistOnCalmLog();
  }

  private static void publish(RawClient client, int number, AtomicInteger sent) {
    try (client) {
      for (int i = 0; ; i++) {
        client.send(
            new Publish(
                "load/" + number, 1, false, false, i % 60_000 + 1, new byte[200], Properties.NONE));
        sent.incrementAndGet();
        if (i >= 50 && client.receive() == null) {
          return;
        }
      }
    } catch (UncheckedIOException e) {
      // The broker has gone.
    }
  }
}

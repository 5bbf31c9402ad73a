package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.Properties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A full queue that loses its oldest messages: the newest are those that arrive. */
class DropOldestTest {
  private static EngineFixture broker() {
    return EngineFixture.start(
        options -> {
          options.limits.dropOldest = true;
          options.limits.maxQueuedMessages = 10;
          options.limits.maxInFlight = 3;
        });
  }

  private static List<String> takeAll(TestClient client) {
    List<String> payloads = new ArrayList<>();
    for (List<Object> events = client.drain(); !events.isEmpty(); events = client.drain()) {
      for (Object event : events) {
        payloads.add(TestClient.text((Publish) event));
        client.puback((Publish) event);
      }
    }
    return payloads;
  }

  /** Until the slow subscriber holds nobody back any more. */
  private static void publishPatiently(EngineFixture broker, int messages) {
    TestClient publisher = broker.connect("p");
    for (int i = 1; i <= messages; i++) {
      publisher.send(TestClient.publication("t", String.valueOf(i), 1, false, i, Properties.NONE));
      broker.pass(Duration.ofSeconds(i == 6 ? 11 : 0));
    }
    assertThat(publisher.drain()).hasSize(messages);
  }

  private static List<String> numbers(int from, int to) {
    List<String> numbers = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      numbers.add(String.valueOf(i));
    }
    return numbers;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void anAbsentClientGetsTheNewest(int loop) {
    try (EngineFixture broker = broker()) {
      broker.connect(as("a").expiry(100)).subscribe("t", 1).drop();
      TestClient publisher = broker.connect("p");
      for (int i = 1; i <= 25; i++) {
        publisher.publish("t", String.valueOf(i), 1);
      }
      TestClient back = broker.connect(as("a").resume().expiry(100).loop(loop));
      assertThat(takeAll(back)).isEqualTo(numbers(16, 25));
      assertThat(broker.count(Reason.QUEUE_FULL)).isEqualTo(15);
      assertThat(broker.gauge("queued_messages")).isZero();
    }
  }

  @Test
  void whatIsOnItsWayStays() {
    try (EngineFixture broker = broker()) {
      TestClient slow = broker.connect(as("a").expiry(100)).subscribe("t", 1);
      publishPatiently(broker, 25);
      TestClient publisher = broker.connect("q");
      slow.drop();
      publisher.publish("t", "26", 1);
      TestClient back = broker.connect(as("a").resume().expiry(100));
      List<String> expected = numbers(1, 3);
      expected.addAll(numbers(20, 26));
      assertThat(takeAll(back)).isEqualTo(expected);
      assertThat(broker.count(Reason.QUEUE_FULL)).isEqualTo(16);
      assertThat(broker.gauge("queued_messages")).isZero();
    }
  }

  @Test
  void aSessionThatIsNotKeptLosesItsOldestToo() {
    try (EngineFixture broker = broker()) {
      TestClient slow = broker.connect("a").subscribe("t", 1);
      publishPatiently(broker, 25);
      List<String> expected = numbers(1, 3);
      expected.addAll(numbers(19, 25));
      assertThat(takeAll(slow)).isEqualTo(expected);
    }
  }
}

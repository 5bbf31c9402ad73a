package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one run of the broker leaves to the next. */
@Timeout(120)
class NextRunIT {
  private static final int LARGE = 300_000;

  private static RawClient connect(BrokerProcess broker, String clientId, boolean present) {
    RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V3_1_1);
    assertThat(client.connect(clientId, false, Properties.NONE).sessionPresent())
        .isEqualTo(present);
    return client;
  }

  private static void subscribe(RawClient client, String filter, int qos) {
    client.send(
        new Subscribe(
            1, List.of(new Subscribe.Request(filter, qos, false, false, 0)), Properties.NONE));
    client.receive(Suback.class);
  }

  private static void publish(RawClient client, String topic, byte[] payload, boolean retain) {
    client.send(new Publish(topic, 1, retain, false, 7, payload, Properties.NONE));
    client.receive(Puback.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Normative(v311 = {"MQTT-4.4.0-1", "MQTT-3.3.1.-1"})
  void whatAClientHasNotAcknowledgedComesAgainAsItWasSent(boolean killed) {
    BrokerProcess broker = BrokerProcess.start("");
    RawClient client = connect(broker, "device", false);
    subscribe(client, "t", 1);
    try (RawClient publisher = connect(broker, "publisher", false)) {
      for (int i = 0; i < 3; i++) {
        publish(publisher, "t", ("m" + i).getBytes(StandardCharsets.UTF_8), false);
      }
    }
    Publish first = client.receive(Publish.class);
    Publish second = client.receive(Publish.class);
    Publish third = client.receive(Publish.class);
    client.send(new Puback(second.packetId(), ReasonCode.SUCCESS, Properties.NONE));
    if (killed) {
      // What is acknowledged at once is not noted; this client is slow.
      assertThat(broker.endsWithin(1000)).isFalse();
      broker.kill();
    } else {
      client.close();
      broker.close();
    }
    BrokerProcess next = broker.another();
    next.awaitReady();
    client = connect(next, "device", true);
    for (Publish before : List.of(first, third)) {
      Publish again = client.receive(Publish.class);
      assertThat(again.payload()).isEqualTo(before.payload());
      assertThat(again.packetId()).isEqualTo(before.packetId());
      assertThat(again.dup()).isTrue();
    }
    client.close();
    next.close();
  }

  @Test
  void largeRetainedMessagesAreThereAndASessionThatWasDeletedIsNot() {
    BrokerProcess broker = BrokerProcess.start("");
    try (RawClient publisher = connect(broker, "publisher", false)) {
      for (int i = 0; i < 20; i++) {
        byte[] payload = new byte[LARGE];
        payload[0] = (byte) i;
        publish(publisher, "large/" + i, payload, true);
      }
      publish(publisher, "large/0", new byte[0], true);
    }
    connect(broker, "gone/for ever", false).close();
    connect(broker, "stays", false).close();
    assertThat(broker.delete("/api/v1/sessions/gone%2Ffor%20ever").statusCode()).isEqualTo(200);
    assertThat(broker.delete("/api/v1/sessions/gone%2Ffor%20ever").statusCode()).isEqualTo(404);
    broker.kill();

    BrokerProcess next = broker.another();
    next.awaitReady();
    connect(next, "gone/for ever", false).close();
    connect(next, "stays", true).close();
    RawClient client = connect(next, "reader", false);
    subscribe(client, "large/+", 0);
    Set<String> topics = new HashSet<>();
    while (topics.size() < 19) {
      Publish publish = client.receive(Publish.class);
      assertThat(publish.payload()).hasSize(LARGE);
      assertThat(publish.topic()).isEqualTo("large/" + publish.payload()[0]);
      assertThat(topics.add(publish.topic())).isTrue();
    }
    assertThat(topics).doesNotContain("large/0");
    client.close();
    next.close();
  }

  @Test
  void oneSessionTooManyIsRefusedByName() {
    BrokerProcess broker = BrokerProcess.start("mqtt.max_sessions = 2");
    connect(broker, "a", false).close();
    connect(broker, "b", false).close();
    try (RawClient third = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
      assertThat(third.connect("c", true, Properties.NONE).code())
          .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }
    assertThat(broker.awaitLog("SESSION_LIMIT", "client_id=c")).contains("mqtt.max_sessions = 2");
    connect(broker, "a", true).close();
    assertThat(new AdminApi(broker).reasons()).containsEntry("SESSION_LIMIT", 1L);
    broker.close();
  }
}

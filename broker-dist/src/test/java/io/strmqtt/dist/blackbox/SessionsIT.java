package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionsIT {
  private static final Properties HOUR =
      Properties.builder().add(Property.SESSION_EXPIRY_INTERVAL, 3600).build();

  private final BrokerProcess broker = BrokerProcess.start("");

  @BeforeAll
  void isReady() {
    assertThat(broker.request("/readyz").statusCode()).isEqualTo(200);
  }

  @AfterAll
  void stop() {
    broker.close();
  }

  private RawClient resume(MqttVersion version, String clientId, boolean present) {
    RawClient client = RawClient.open(broker.port("tcp"), version);
    Connack connack =
        client.connect(clientId, false, version == MqttVersion.V5 ? HOUR : Properties.NONE);
    assertThat(connack.code()).isEqualTo(ReasonCode.SUCCESS);
    assertThat(connack.sessionPresent()).isEqualTo(present);
    return client;
  }

  private static void subscribe(RawClient client, String filter) {
    client.send(
        new Subscribe(
            1, List.of(new Subscribe.Request(filter, 2, false, false, 0)), Properties.NONE));
    client.receive(Suback.class);
  }

  private static Publish message(String topic, String payload, int qos, int packetId) {
    return new Publish(
        topic,
        qos,
        false,
        false,
        packetId,
        payload.getBytes(StandardCharsets.UTF_8),
        Properties.NONE);
  }

  private static String text(Publish publish) {
    return new String(publish.payload(), StandardCharsets.UTF_8);
  }

  @Test
  void aPersistentSessionOf311KeepsItsMessagesWhileTheClientIsAway() {
    RawClient first = resume(MqttVersion.V3_1_1, "keeper", false);
    subscribe(first, "keep/#");
    first.close();
    broker.awaitLog("event=disconnected", "client_id=keeper");
    try (RawClient publisher =
        RawClient.connected(broker.port("tcp"), MqttVersion.V5, "keep-pub")) {
      publisher.send(message("keep/1", "one", 1, 1));
      publisher.receive(Puback.class);
      publisher.send(message("keep/2", "two", 2, 2));
      publisher.receive(Pubrec.class);
      publisher.send(new Pubrel(2, ReasonCode.SUCCESS, Properties.NONE));
      publisher.receive(Pubcomp.class);
    }
    assertThat(broker.get("/api/v1/sessions/keeper")).contains("\"connected\":false");

    try (RawClient back = resume(MqttVersion.V3_1_1, "keeper", true)) {
      assertThat(text(back.receive(Publish.class))).isEqualTo("one");
      assertThat(text(back.receive(Publish.class))).isEqualTo("two");
    }
    // Unacknowledged, so once more, with DUP.
    try (RawClient again = resume(MqttVersion.V3_1_1, "keeper", true)) {
      Publish one = again.receive(Publish.class);
      assertThat(text(one)).isEqualTo("one");
      assertThat(one.dup()).isTrue();
    }
  }

  @Test
  void comingBackManyTimesFindsTheSessionWhateverLoopTheSocketLandsOn() {
    RawClient client = resume(MqttVersion.V5, "wanderer", false);
    subscribe(client, "wander");
    for (int i = 0; i < 30; i++) {
      RawClient next = resume(MqttVersion.V5, "wanderer", true);
      // 3.1.4-3
      assertThat(client.receive(Disconnect.class).code()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
      assertThat(client.receive()).isNull();
      client.close();
      next.send(message("wander", "m" + i, 0, 0));
      assertThat(text(next.receive(Publish.class))).isEqualTo("m" + i);
      client = next;
    }
    client.close();
  }

  @Test
  void clientsThatFightForOneIdAreAllAnsweredAndOneRemains() throws Exception {
    resume(MqttVersion.V5, "fought-for", false).close();
    int fighters = 4;
    List<Callable<Integer>> fights = new ArrayList<>();
    for (int f = 0; f < fighters; f++) {
      fights.add(
          () -> {
            int answered = 0;
            for (int i = 0; i < 25; i++) {
              try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
                client.send(
                    new MqttPacket.Connect(
                        MqttVersion.V5,
                        "fought-for",
                        false,
                        60,
                        java.util.Optional.empty(),
                        java.util.Optional.empty(),
                        java.util.Optional.empty(),
                        HOUR));
                // CONNACK, or the end if another was faster; silence would fail.
                client.receive();
                answered++;
              }
            }
            return answered;
          });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(fighters)) {
      for (Future<Integer> fight : threads.invokeAll(fights, 60, TimeUnit.SECONDS)) {
        assertThat(fight.get()).isEqualTo(25);
      }
    }
    resume(MqttVersion.V5, "fought-for", true).close();
  }
}

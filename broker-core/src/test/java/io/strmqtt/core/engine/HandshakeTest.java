package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** QoS 1 and 2 where a client answers late, out of order, or not at all (4.3, 4.6). */
class HandshakeTest {
  private static final Properties TEN_SECONDS =
      Properties.builder().add(Property.MESSAGE_EXPIRY_INTERVAL, 10).build();

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-4.6.0-2", "MQTT-4.6.0-3", "MQTT-4.6.0-4", "MQTT-4.3.3-1", "MQTT-2.2.1-4"},
      v311 = {"MQTT-4.6.0-2", "MQTT-4.6.0-3", "MQTT-4.6.0-4", "MQTT-2.3.1-4"})
  void aClientMayAnswerInAnyOrder(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").version(version)).subscribe("t", 2);
      TestClient publisher = broker.connect("p");
      List<Publish> once = new ArrayList<>();
      List<Publish> twice = new ArrayList<>();
      Set<Integer> ids = new HashSet<>();
      for (int i = 0; i < 5; i++) {
        publisher.publish("t", "q1", 1);
        once.add(client.receivePublish("q1"));
        publisher.publish("t", "q2", 2);
        twice.add(client.receivePublish("q2"));
        ids.add(once.getLast().packetId());
        ids.add(twice.getLast().packetId());
      }
      assertThat(ids).hasSize(10).doesNotContain(0);
      once.reversed().forEach(client::puback);
      for (Publish publish : twice.reversed()) {
        client.pubrec(publish);
        assertThat(client.receive(Pubrel.class).packetId()).isEqualTo(publish.packetId());
      }
      twice.forEach(publish -> client.pubcomp(publish.packetId()));
      client.receiveNothing();
      assertThat(broker.view().session("a").orElseThrow().counters().inFlight()).isZero();
    }
  }

  @Test
  @Normative(
      v5 = {"MQTT-4.6.0-4", "MQTT-4.3.3-11"},
      v311 = "MQTT-4.6.0-4")
  void aPublisherMayReleaseInAnyOrder() {
    try (EngineFixture broker = EngineFixture.start()) {
      for (MqttVersion version : MqttVersion.values()) {
        TestClient subscriber = broker.connect("s").subscribe("t", 0);
        TestClient client = broker.connect(as("a").version(version));
        for (int id = 1; id <= 3; id++) {
          client.send(TestClient.publication("t", "m" + id, 2, false, id, Properties.NONE));
          client.receive(Pubrec.class);
          subscriber.receivePublish("m" + id);
        }
        for (int id : new int[] {3, 1, 2}) {
          client.send(new Pubrel(id, ReasonCode.SUCCESS, Properties.NONE));
          Pubcomp answer = client.receive(Pubcomp.class);
          assertThat(answer.packetId()).isEqualTo(id);
          assertThat(answer.code()).isEqualTo(ReasonCode.SUCCESS);
        }
        subscriber.receiveNothing();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "1"})
  @Normative(v5 = {"MQTT-4.3.3-7", "MQTT-4.3.3-13"})
  void aQos2DeliveryThatHasBegunIsFinishedThoughTheMessageExpires(int loop) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(as("a").expiry(100)).subscribe("t", 2);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "sent", 2, false, TEN_SECONDS);
      publisher.publish("t", "received", 2, false, TEN_SECONDS);
      Publish sent = first.receivePublish("sent");
      Publish received = first.receivePublish("received");
      first.pubrec(received);
      first.receive(Pubrel.class);
      first.drop();
      broker.pass(Duration.ofSeconds(20));

      TestClient back = broker.connect(as("a").resume().expiry(100).loop(loop));
      List<Object> events = back.drain();
      assertThat(events).hasSize(2);
      for (Object event : events) {
        if (event instanceof Publish again) {
          assertThat(again.dup()).isTrue();
          assertThat(again.packetId()).isEqualTo(sent.packetId());
          back.pubrec(again);
        } else {
          assertThat(((Pubrel) event).packetId()).isEqualTo(received.packetId());
          back.pubcomp(received.packetId());
        }
      }
      back.receive(Pubrel.class);
      back.pubcomp(sent.packetId());
      back.drop();
      broker.connect(as("a").resume()).receiveNothing();
      assertThat(broker.count(Reason.MESSAGE_EXPIRED)).isZero();
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.3.3-13")
  void aPublisherFinishesItsHandshakeThoughTheMessageExpires() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient publisher = broker.connect("p");
      publisher.send(TestClient.publication("t", "x", 2, false, 1, TEN_SECONDS));
      publisher.receive(Pubrec.class);
      broker.pass(Duration.ofSeconds(20));
      publisher.send(new Pubrel(1, ReasonCode.SUCCESS, Properties.NONE));
      assertThat(publisher.receive(Pubcomp.class).code()).isEqualTo(ReasonCode.SUCCESS);
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.3.3-9")
  void theIdentifierOfARefusedPublicationIsFree() {
    AtomicBoolean allowed = new AtomicBoolean();
    Authorizer sometimes =
        new Authorizer() {
          @Override
          public boolean mayPublish(Subject subject, String topic, int qos, boolean retain) {
            return allowed.get();
          }

          @Override
          public boolean maySubscribe(Subject subject, String filter, int qos) {
            return true;
          }
        };
    try (EngineFixture broker = EngineFixture.start(o -> o.authorizer = Optional.of(sometimes))) {
      TestClient subscriber = broker.connect("s").subscribe("t", 0);
      TestClient client = broker.connect("a");
      client.send(TestClient.publication("t", "refused", 2, false, 5, Properties.NONE));
      assertThat(client.receive(Pubrec.class).code()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
      allowed.set(true);
      client.send(TestClient.publication("t", "new", 2, false, 5, Properties.NONE));
      assertThat(client.receive(Pubrec.class).code()).isEqualTo(ReasonCode.SUCCESS);
      subscriber.receivePublish("new");
      subscriber.receiveNothing();
    }
  }

  /** Unsolicited acknowledgements change nothing; those with an answer get the one that says so. */
  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  void acknowledgementsOfNothingAreAnsweredAsTheVersionCan(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").version(version));
      boolean v5 = version == MqttVersion.V5;
      client.send(new Puback(7, ReasonCode.SUCCESS, Properties.NONE));
      client.receiveNothing();
      client.pubcomp(7);
      client.receiveNothing();
      client.send(new Pubrec(7, ReasonCode.SUCCESS, Properties.NONE));
      Pubrel pubrel = client.receive(Pubrel.class);
      assertThat(pubrel.packetId()).isEqualTo(7);
      assertThat(pubrel.code())
          .isEqualTo(v5 ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND : ReasonCode.SUCCESS);
      client.send(new Pubrel(7, ReasonCode.SUCCESS, Properties.NONE));
      Pubcomp pubcomp = client.receive(Pubcomp.class);
      assertThat(pubcomp.packetId()).isEqualTo(7);
      assertThat(pubcomp.code())
          .isEqualTo(v5 ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND : ReasonCode.SUCCESS);
      client.receiveNothing();
    }
  }
}

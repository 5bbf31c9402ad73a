package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sender's side of QoS 1 and 2 (4.3.2, 4.3.3, 4.4, 4.9). */
class OutboundQosTest {
  private static ConnectOptions persistent(MqttVersion version) {
    ConnectOptions options = as("a").version(version).resume();
    return version == MqttVersion.V5 ? options.expiry(3600) : options;
  }

  @Normative(v311 = "MQTT-4.6.0-6")
  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  void mixedMessagesAreSentAndSentAgainInTheirOrder(MqttVersion version) {
    int[] qos = {2, 1, 2, 1, 1, 2};
    SimulatedDisk disk = new SimulatedDisk();
    try (EngineFixture broker = EngineFixture.start(o -> o.disk = disk)) {
      TestClient client = broker.attempt(persistent(version));
      disk.write(100);
      client.expectConnack();
      client.send(
          new Subscribe(
              1, List.of(new Subscribe.Request("t", 2, false, false, 0)), Properties.NONE));
      disk.write(100);
      client.drain();
      TestClient publisher = broker.attempt(as("p"));
      disk.write(100);
      for (int i = 0; i < qos.length; i++) {
        publisher.post(TestClient.publication("t", "m" + i, qos[i], false, i + 1, Properties.NONE));
      }
      broker.loops().settle();
      client.receiveNothing(); // The first waits for the store, and the others for the first.
      disk.write(100);
      for (int i = 0; i < qos.length; i++) {
        assertThat(client.receivePublish("m" + i).dup()).isFalse();
      }
      client.drop();
      TestClient again = broker.attempt(persistent(version).resume());
      disk.write(100);
      again.expectConnack();
      disk.write(100);
      for (int i = 0; i < qos.length; i++) {
        assertThat(again.receivePublish("m" + i).dup()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 100})
  void qos0DoesNotWaitForTheReceiveMaximum(long expiry) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client =
          broker
              .connect(as("c").expiry(expiry).property(Property.RECEIVE_MAXIMUM, 1))
              .subscribe("t", 2);
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 3; i++) {
        publisher.publish("t", "m" + i, 1);
      }
      publisher.publish("t", "now");
      client.receivePublish("m0");
      client.receivePublish("now");
      client.receiveNothing();
    }
  }

  @ParameterizedTest
  @CsvSource({"0,0,0", "0,2,0", "2,0,0", "1,1,1", "1,2,1", "2,1,1", "2,2,2"})
  @Normative(
      v5 = {
        "MQTT-3.8.4-8",
        "MQTT-2.2.1-2",
        "MQTT-4.3.1-1",
        "MQTT-4.3.2-2",
        "MQTT-4.3.3-2",
        "MQTT-3.3.1-2"
      },
      v311 = {"MQTT-3.8.4-6", "MQTT-2.3.1-5", "MQTT-4.3.1-1", "MQTT-3.3.1-2"})
  void theDeliveryHasTheLowerOfTheTwoQos(int published, int granted, int delivered) {
    try (EngineFixture broker = EngineFixture.start()) {
      List<TestClient> clients = new ArrayList<>();
      for (MqttVersion version : MqttVersion.values()) {
        ConnectOptions options = as("a" + version).version(version);
        clients.add(broker.connect(options).subscribe("t", granted));
      }
      broker.connect("p").publish("t", "x", published); // 3.8.4-8

      for (TestClient client : clients) {
        Publish got = client.receivePublish("x");
        assertThat(got.qos()).isEqualTo(delivered);
        assertThat(got.packetId() == 0).isEqualTo(delivered == 0); // 2.2.1-2
        assertThat(got.dup()).isFalse(); // 4.3.2-2, 4.3.3-2
      }
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.3.1-3", v311 = "MQTT-3.3.1-3")
  void theDuplicateFlagOfAPublisherIsNotPassedOn() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a").subscribe("t", 1);
      TestClient old = broker.connect(as("o").version(MqttVersion.V3_1_1)).subscribe("t", 1);
      TestClient publisher = broker.connect("p");
      publisher.send(new Publish("t", 1, false, true, 5, new byte[] {'x'}, Properties.NONE));
      assertThat(client.receivePublish("x").dup()).isFalse(); // 3.3.1-3
      assertThat(old.receivePublish("x").dup()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"V3_1_1, 0", "V3_1_1, 1", "V5, 0", "V5, 1"})
  @Normative(
      v5 = {
        "MQTT-3.3.1-1",
        "MQTT-4.4.0-1",
        "MQTT-4.6.0-1",
        "MQTT-4.3.2-3",
        "MQTT-4.3.3-3",
        "MQTT-4.5.0-2"
      },
      v311 = {
        "MQTT-3.3.1.-1",
        "MQTT-4.4.0-1",
        "MQTT-4.6.0-1",
        "MQTT-4.3.2-1",
        "MQTT-4.5.0-2",
        "MQTT-2.3.1-3"
      })
  void anUnacknowledgedPublishIsSentAgainWithDupAndItsId(MqttVersion version, int loop) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(persistent(version)).subscribe("t", 2);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "one", 1);
      publisher.publish("t", "two", 2);
      Publish one = first.receivePublish("one");
      Publish two = first.receivePublish("two");
      first.drop();
      publisher.publish("t", "three", 1);

      TestClient back = broker.connect(persistent(version).loop(loop));
      Publish again = back.receivePublish("one"); // 4.4.0-1, 4.6.0-1
      assertThat(again.dup()).isTrue(); // 3.3.1-1
      assertThat(again.packetId()).isEqualTo(one.packetId());
      again = back.receivePublish("two");
      assertThat(again.dup()).isTrue();
      assertThat(again.packetId()).isEqualTo(two.packetId());
      Publish three = back.receivePublish("three");
      assertThat(three.dup()).isFalse();
      assertThat(three.packetId()).isNotIn(one.packetId(), two.packetId()); // 2.2.1-4
    }
  }

  @ParameterizedTest
  @CsvSource({"V3_1_1, 0", "V3_1_1, 1", "V5, 0", "V5, 1"})
  @Normative(
      v5 = {"MQTT-4.3.3-4", "MQTT-4.3.3-5", "MQTT-4.3.3-6", "MQTT-4.4.0-1"},
      v311 = {"MQTT-4.3.3-1", "MQTT-4.4.0-1"})
  void afterPubrecOnlyThePubrelIsSentAgain(MqttVersion version, int loop) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(persistent(version)).subscribe("t", 2);
      broker.connect("p").publish("t", "x", 2);
      Publish publish = first.receivePublish("x");
      first.pubrec(publish);
      assertThat(first.receive(Pubrel.class).packetId()).isEqualTo(publish.packetId()); // 4.3.3-4
      first.drop();

      TestClient back = broker.connect(persistent(version).loop(loop));
      assertThat(back.receive(Pubrel.class).packetId())
          .isEqualTo(publish.packetId()); // 4.3.3-5, 4.3.3-6
      back.pubcomp(publish.packetId());
      back.drop();
      broker.connect(persistent(version)).receiveNothing();
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.4.0-1")
  void nothingIsSentAgainWhileTheConnectionLasts() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a").subscribe("t", 2);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "one", 1);
      publisher.publish("t", "two", 2);
      client.receivePublish("one");
      client.pubrec(client.receivePublish("two"));
      client.receive(Pubrel.class);
      broker.pass(Duration.ofHours(1));
      client.receiveNothing(); // 4.4.0-1
    }
  }

  @Test
  void anAcknowledgedPublishIsNotSentAgain() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(persistent(MqttVersion.V5)).subscribe("t", 2);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "one", 1);
      publisher.publish("t", "two", 2);
      first.puback(first.receivePublish("one"));
      Publish two = first.receivePublish("two");
      first.pubrec(two);
      first.receive(Pubrel.class);
      first.pubcomp(two.packetId());
      first.drop();
      broker.connect(persistent(MqttVersion.V5)).receiveNothing();
      assertThat(broker.gauge("pending_bytes")).isZero();
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.4.0-2")
  void aRefusingPubrecOrPubackSettlesTheMessage() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client =
          broker
              .connect(persistent(MqttVersion.V5).property(Property.RECEIVE_MAXIMUM, 1))
              .subscribe("t", 2);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "one", 2);
      publisher.publish("t", "two", 1);
      publisher.publish("t", "three", 1);
      Publish one = client.receivePublish("one");
      client.send(
          new Pubrec(one.packetId(), ReasonCode.NOT_AUTHORIZED, Properties.NONE)); // 4.4.0-2
      Publish two = client.receivePublish("two"); // and no PUBREL
      client.send(new Puback(two.packetId(), ReasonCode.QUOTA_EXCEEDED, Properties.NONE));
      client.puback(client.receivePublish("three"));
      client.drop();
      broker.connect(persistent(MqttVersion.V5)).receiveNothing();
    }
  }

  @Test
  void aRepeatedOrUnknownPubrecIsAnsweredAndNothingElse() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a").subscribe("t", 2);
      broker.connect("p").publish("t", "x", 2);
      Publish publish = client.receivePublish("x");
      client.pubrec(publish);
      assertThat(client.receive(Pubrel.class).code()).isEqualTo(ReasonCode.SUCCESS);
      client.pubrec(publish);
      assertThat(client.receive(Pubrel.class).packetId()).isEqualTo(publish.packetId());
      client.send(new Pubrec(777, ReasonCode.SUCCESS, Properties.NONE));
      assertThat(client.receive(Pubrel.class).code())
          .isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
      client.pubcomp(publish.packetId());
      client.pubcomp(publish.packetId());
      client.pubcomp(888);
      client.send(new Puback(999, ReasonCode.SUCCESS, Properties.NONE));
      client.receiveNothing();
    }
  }

  @Test
  @Normative(v5 = {"MQTT-3.3.4-9", "MQTT-3.3.4-10", "MQTT-4.9.0-1", "MQTT-4.9.0-2", "MQTT-4.9.0-3"})
  void theReceiveMaximumOfTheClientIsNeverExceededAndOnlyPublishWaits() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client =
          broker.connect(as("a").property(Property.RECEIVE_MAXIMUM, 2)).subscribe("t", 2);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "one", 2);
      publisher.publish("t", "two", 1);
      publisher.publish("t", "three", 2);
      publisher.publish("t", "four", 1);
      publisher.publish("t", "free", 0);

      Publish one = client.receivePublish("one");
      Publish two = client.receivePublish("two");
      client.receivePublish("free"); // QoS 0 takes no quota
      client.receiveNothing(); // 3.3.4-9, 4.9.0-2
      client.pubrec(one);
      client.receive(Pubrel.class); // 3.3.4-10
      client.receiveNothing();
      client.puback(two);
      Publish three = client.receivePublish("three");
      client.receiveNothing();
      client.pubcomp(one.packetId());
      client.puback(client.receivePublish("four"));
      client.pubrec(three);
      client.receive(Pubrel.class);
      client.pubcomp(three.packetId());
      client.receiveNothing();
    }
  }

  @Test
  @Normative(v311 = {"MQTT-4.6.0-5", "MQTT-4.6.0-6"})
  void theServersOwnWindowBoundsClientsThatNameNone() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxInFlight = 3)) {
      TestClient client = broker.connect(as("a").version(MqttVersion.V3_1_1)).subscribe("t", 1);
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 10; i++) {
        publisher.publish("t", "m" + i, 1);
      }
      List<Publish> open = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        open.add(client.receivePublish("m" + i));
      }
      client.receiveNothing();
      for (int i = 3; i < 10; i++) {
        client.puback(open.removeFirst());
        open.add(client.receivePublish("m" + i)); // 4.6.0-5
        client.receiveNothing();
      }
    }
  }

  @Test
  @Normative(v5 = {"MQTT-3.3.4-9", "MQTT-4.9.0-2"})
  void resentMessagesCountAgainstTheReceiveMaximumToo() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(persistent(MqttVersion.V5)).subscribe("t", 1);
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 4; i++) {
        publisher.publish("t", "m" + i, 1);
        first.receivePublish("m" + i);
      }
      first.drop();
      publisher.publish("t", "m4", 1);

      TestClient back =
          broker.connect(persistent(MqttVersion.V5).property(Property.RECEIVE_MAXIMUM, 2));
      Publish m0 = back.receivePublish("m0");
      Publish m1 = back.receivePublish("m1");
      back.receiveNothing(); // 3.3.4-9
      back.puback(m0);
      assertThat(back.receivePublish("m2").dup()).isTrue();
      back.puback(m1);
      assertThat(back.receivePublish("m3").dup()).isTrue();
      back.receiveNothing();
    }
  }

  @Test
  void aPubrelIsSentAgainAtOnceAndStillHoldsItsPlaceInTheReceiveMaximum() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(persistent(MqttVersion.V5)).subscribe("t", 2);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "one", 1);
      publisher.publish("t", "two", 2);
      first.receivePublish("one");
      Publish two = first.receivePublish("two");
      first.pubrec(two);
      first.receive(Pubrel.class);
      first.drop();
      publisher.publish("t", "three", 1);
      publisher.publish("t", "four", 1);
      publisher.publish("t", "five", 1);

      TestClient back =
          broker.connect(persistent(MqttVersion.V5).property(Property.RECEIVE_MAXIMUM, 2));
      List<Object> events = back.drain();
      assertThat(events.stream().filter(Pubrel.class::isInstance)).hasSize(1); // 3.3.4-10
      // The PUBLISH of the PUBREL is unacknowledged still: one more fits (3.3.4-9).
      assertThat(events.stream().filter(Publish.class::isInstance).map(p -> (Publish) p))
          .extracting(TestClient::text)
          .containsExactly("one");
      back.pubcomp(two.packetId());
      back.receivePublish("three");
      back.receiveNothing();
    }
  }

  @Test
  void aMessageAcknowledgedBeforeItCouldBeResentIsNotResent() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(persistent(MqttVersion.V5)).subscribe("t", 1);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "one", 1);
      publisher.publish("t", "two", 1);
      publisher.publish("t", "three", 1);
      Publish one = first.receivePublish("one");
      Publish two = first.receivePublish("two");
      first.drop();

      TestClient back =
          broker.connect(persistent(MqttVersion.V5).property(Property.RECEIVE_MAXIMUM, 1));
      back.receivePublish("one");
      // A client that works off what it got on the connection before.
      back.puback(two);
      back.puback(one);
      back.puback(back.receivePublish("three"));
      publisher.publish("t", "four", 1);
      back.receivePublish("four");
      back.receiveNothing();
    }
  }

  @Test
  @Normative(v5 = {"MQTT-2.2.1-4", "MQTT-4.3.2-1"})
  void packetIdentifiersAreNeverZeroNorInUseTwice() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.receiveMaximum = 65_535)) {
      TestClient client = broker.connect("a").subscribe("t", 1);
      TestClient publisher = broker.connect(as("p").loop(1));
      publisher.publish("t", "held", 1);
      int held = client.receivePublish("held").packetId();
      Set<Integer> open = new HashSet<>(Set.of(held));
      for (int round = 0; round < 700; round++) {
        io.strmqtt.mqtt.packet.MqttPacket[] batch = new io.strmqtt.mqtt.packet.MqttPacket[99];
        for (int i = 0; i < batch.length; i++) {
          batch[i] = TestClient.publication("t", "x", 1, false, i + 1, Properties.NONE);
        }
        publisher.send(batch);
        publisher.drain();
        for (Object event : client.drain()) {
          Publish publish = (Publish) event;
          assertThat(publish.packetId()).isBetween(1, 65_535);
          assertThat(open.add(publish.packetId())).isTrue(); // 2.2.1-4
          client.post(new Puback(publish.packetId(), ReasonCode.SUCCESS, Properties.NONE));
          open.remove(publish.packetId());
        }
        broker.loops().settle();
      }
    }
  }

  @Test
  @Normative(v5 = {"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
  void aMessageOverTheClientsMaximumPacketSizeIsDroppedByName() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client =
          broker
              .connect(persistent(MqttVersion.V5).property(Property.MAXIMUM_PACKET_SIZE, 100))
              .subscribe("t", 2);
      TestClient publisher = broker.connect("p");
      for (int qos = 0; qos < 3; qos++) {
        publisher.publish("t", "x".repeat(100), qos);
      }
      publisher.publish("t", "fits", 1);

      client.puback(client.receivePublish("fits")); // 3.1.2-24, 3.1.2-25
      assertThat(broker.count(Reason.OVER_CLIENT_PACKET_SIZE)).isEqualTo(3);
      client.drop();
      broker.connect(persistent(MqttVersion.V5)).receiveNothing();
      assertThat(broker.gauge("pending_bytes")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void largeMessagesArriveWholeAtEveryQos(int qos) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(persistent(MqttVersion.V5)).subscribe("t", 2);
      String large = "x".repeat(200_000);
      broker.connect("p").publish("t", large, qos);
      Publish got = client.receivePublish(large);
      assertThat(got.qos()).isEqualTo(qos);
      client.drop();
      TestClient back = broker.connect(persistent(MqttVersion.V5));
      if (qos > 0) {
        Publish again = back.receivePublish(large);
        assertThat(again.dup()).isTrue();
        assertThat(again.packetId()).isEqualTo(got.packetId());
        assertThat(again.qos()).isEqualTo(qos);
      }
    }
  }

  @Test
  @Normative(v5 = {"MQTT-3.3.2-5", "MQTT-3.3.2-6"})
  void aMessageExpiresWhileItWaitsAndNotAfterItWasSent() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(persistent(MqttVersion.V5)).subscribe("t", 1);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "sent", 1, false, expiry(10));
      assertThat(first.receivePublish("sent").properties().number(EXPIRY, -1)).isEqualTo(10);
      first.drop();
      publisher.publish("t", "short", 1, false, expiry(10));
      publisher.publish("t", "long", 1, false, expiry(60));
      broker.pass(Duration.ofSeconds(20));

      TestClient back = broker.connect(persistent(MqttVersion.V5));
      assertThat(back.receivePublish("sent").dup()).isTrue(); // 4.3.3-7
      Publish left = back.receivePublish("long"); // 3.3.2-5
      assertThat(left.properties().number(EXPIRY, -1)).isEqualTo(40); // 3.3.2-6
      back.receiveNothing();
      assertThat(broker.count(Reason.MESSAGE_EXPIRED)).isEqualTo(1);
    }
  }

  private static final Property EXPIRY = Property.MESSAGE_EXPIRY_INTERVAL;

  private static Properties expiry(long seconds) {
    return Properties.builder().add(EXPIRY, seconds).build();
  }
}

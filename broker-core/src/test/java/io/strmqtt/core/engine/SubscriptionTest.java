package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe.Request;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubscriptionTest {
  private static Request request(String filter, int qos) {
    return new Request(filter, qos, false, false, 0);
  }

  private static long[] identifiers(Publish publish) {
    return publish.properties().entries().stream()
        .filter(e -> e.property() == Property.SUBSCRIPTION_IDENTIFIER)
        .mapToLong(e -> (Long) e.value())
        .toArray();
  }

  @Test
  @Normative(
      v5 = {
        "MQTT-3.8.4-1",
        "MQTT-3.8.4-2",
        "MQTT-3.8.4-6",
        "MQTT-3.8.4-7",
        "MQTT-3.9.3-1",
        "MQTT-3.9.3-2",
        "MQTT-4.8.2-1",
        "MQTT-2.2.1-6"
      })
  void eachFilterOfASubscribeGetsItsOwnCodeInOrder() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxSubscriptions = 4;
              o.limits.maxTopicLevels = 3;
            })) {
      TestClient client = broker.connect("a");
      Suback answer =
          client.askFor(
              0,
              request("a", 0),
              request("a/#/b", 0),
              request("b", 1),
              request("c", 2),
              request("$share//x", 1),
              request("1/2/3/4", 1),
              request("d", 1),
              request("e", 1),
              request("a", 1));

      assertThat(answer.codes()) // 3.8.4-6, 3.9.3-1
          .containsExactly(
              ReasonCode.SUCCESS,
              ReasonCode.TOPIC_FILTER_INVALID,
              ReasonCode.GRANTED_QOS_1,
              ReasonCode.GRANTED_QOS_2,
              ReasonCode.TOPIC_FILTER_INVALID, // 4.8.2-1
              ReasonCode.TOPIC_FILTER_INVALID,
              ReasonCode.GRANTED_QOS_1,
              ReasonCode.QUOTA_EXCEEDED,
              ReasonCode.GRANTED_QOS_1);
    }
  }

  @Test
  @Normative(
      v311 = {"MQTT-3.8.4-1", "MQTT-3.8.4-2", "MQTT-3.8.4-5", "MQTT-3.9.3-1", "MQTT-3.9.3-2"})
  void a311ClientGetsOnlyTheCodesItKnows() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxSubscriptions = 1)) {
      TestClient client = broker.connect(as("a").version(MqttVersion.V3_1_1));
      Suback answer = client.askFor(0, request("a", 2), request("b", 1), request("c/#/d", 0));
      assertThat(answer.codes()) // 3.1.1: 3.9.3-2
          .containsExactly(
              ReasonCode.GRANTED_QOS_2, ReasonCode.UNSPECIFIED_ERROR, ReasonCode.UNSPECIFIED_ERROR);
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.2.2-10")
  void whatIsNotAllowedIsRefusedByItsCodeAndAHigherQosIsLowered() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxQos = 1;
              o.authorizer = Optional.of(new NoSecrets());
            })) {
      Suback answer =
          broker.connect("a").askFor(0, request("secret", 0), request("a", 2)); // 3.2.2-10
      assertThat(answer.codes())
          .containsExactly(ReasonCode.NOT_AUTHORIZED, ReasonCode.GRANTED_QOS_1);
    }
  }

  private static final class NoSecrets implements Authorizer {
    @Override
    public boolean mayPublish(Subject subject, String topic, int qos, boolean retain) {
      return true;
    }

    @Override
    public boolean maySubscribe(Subject subject, String filter, int qos) {
      return !filter.equals("secret");
    }
  }

  @Test
  void filtersBeyondTheLimitOfOnePacketAreRefused() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxFiltersPerPacket = 2)) {
      TestClient client = broker.connect("a");
      assertThat(client.askFor(0, request("a", 0), request("b", 0), request("c", 0)).codes())
          .containsExactly(ReasonCode.SUCCESS, ReasonCode.SUCCESS, ReasonCode.QUOTA_EXCEEDED);
      client.subscribe("c", 0);
    }
  }

  @Test
  void anIdentifierThatTheServerDoesNotOfferEndsTheConnection() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.identifiersAvailable = false)) {
      TestClient client = broker.connect("a").subscribe("t", 0);
      client.sendHex("82 09 0005 02 0b 05 0001 74 00");
      client.receiveDisconnect(ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "82020001, MALFORMED_PACKET", // no property section at all
    "8203000100, PROTOCOL_ERROR", // 3.8.3-2: no filter
    "8007000100 0001 61 00, MALFORMED_PACKET", // 3.8.1-1: flags
    "8207000100 0001 61 03, PROTOCOL_ERROR", // QoS 3: 3.8.3.1
    "8207000100 0001 61 40, MALFORMED_PACKET", // 3.8.3-5: reserved bits
    "8207000100 0001 61 30, PROTOCOL_ERROR", // retain handling 3
    "8207000000 0001 61 00, PROTOCOL_ERROR", // 2.2.1-3: id 0
    "8210000100 000a 2473686172652f672f61 04, PROTOCOL_ERROR", // 3.8.3-4: $share, No Local
  })
  @Normative(v5 = {"MQTT-3.8.1-1", "MQTT-3.8.3-2", "MQTT-3.8.3-4", "MQTT-3.8.3-5"})
  void aBadSubscribeEndsTheConnection(String hex, ReasonCode code) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a");
      client.sendHex(hex);
      client.receiveDisconnect(code);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "sport/tennis, sport/tennis, true",
    "sport/tennis, sport/tennis/, false",
    "sport/+, sport/tennis, true",
    "sport/+, sport, false",
    "sport/+, sport/, true",
    "sport/#, sport, true",
    "sport/#, sport/a/b, true",
    "+, /a, false",
    "+/+, /a, true",
    "/+, /a, true",
    "#, a/b, true",
    "#, $X/x, false",
    "+/x, $X/x, false",
    "$X/#, $X/x, true",
    "$X/+, $X/x, true",
    "Sport, sport, false",
    "a//b, a//b, true",
    "a/+/b, a//b, true",
  })
  @Normative(
      v5 = {"MQTT-4.7.2-1", "MQTT-3.3.2-3"},
      v311 = {"MQTT-4.7.2-1", "MQTT-3.3.2-3"})
  void aFilterMatchesAsTheSpecificationSays(String filter, String topic, boolean matches) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a").subscribe(filter, 0);
      TestClient shared = broker.connect("b").subscribe("$share/g/" + filter, 0);
      TestClient old = broker.connect(as("o").version(MqttVersion.V3_1_1)).subscribe(filter, 0);
      broker.connect("p").publish(topic, "x"); // 4.7.1-1 to 4.7.3-4
      if (matches) {
        assertThat(client.receivePublish("x").topic()).isEqualTo(topic);
        shared.receivePublish("x");
        assertThat(old.receivePublish("x").topic()).isEqualTo(topic);
      }
      client.receiveNothing();
      old.receiveNothing();
      shared.receiveNothing();
    }
  }

  @Test
  @Normative(v5 = {"MQTT-3.3.4-2", "MQTT-3.3.4-3", "MQTT-3.3.4-4"})
  void overlappingSubscriptionsGiveOneCopyAtTheHighestQosWithAllIdentifiers() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a");
      client.subscribe(1, request("t/#", 0));
      client.subscribe(2, request("t/+", 2));
      client.subscribe(0, request("t/1", 1));
      client.subscribe(4, request("#", 1));
      client.subscribe(5, request("other", 1));
      broker.connect("p").publish("t/1", "x", 2);

      Publish got = client.receivePublish("x");
      assertThat(got.qos()).isEqualTo(2); // 3.3.4-2
      assertThat(identifiers(got)).containsExactlyInAnyOrder(1, 2, 4); // 3.3.4-4
      client.receiveNothing();
    }
  }

  @Test
  @Normative(v311 = "MQTT-3.3.5-1")
  void overlappingSubscriptionsOfSeveralClientsAreKeptApart() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient one = broker.connect("a").subscribe("t/#", 0).subscribe("t/+", 1);
      TestClient two = broker.connect(as("b").loop(1)).subscribe("t/1", 0);
      TestClient three = broker.connect(as("c").version(MqttVersion.V3_1_1));
      three.subscribe("#", 2).subscribe("t/1", 0);
      broker.connect("p").publish("t/1", "x", 2);

      assertThat(one.receivePublish("x").qos()).isEqualTo(1);
      assertThat(two.receivePublish("x").qos()).isEqualTo(0);
      assertThat(three.receivePublish("x").qos()).isEqualTo(2);
      one.receiveNothing();
      two.receiveNothing();
      three.receiveNothing();
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.8.4-3")
  void subscribingAgainReplacesTheSubscription() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a");
      client.subscribe(7, request("t", 2));
      client.subscribe(8, request("t", 0)); // 3.8.4-3
      broker.connect("p").publish("t", "x", 2);

      Publish got = client.receivePublish("x");
      assertThat(got.qos()).isZero();
      assertThat(identifiers(got)).containsExactly(8);
      client.receiveNothing();
      assertThat(broker.gauge("subscriptions")).isEqualTo(1);
    }
  }

  @Test
  void subscriptionIdentifiersSurviveTheConnection() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").expiry(100));
      client.subscribe(268_435_455, request("t", 1));
      client.drop();
      broker.connect("p").publish("t", "x", 1);
      assertThat(identifiers(broker.connect(as("a").resume()).receivePublish("x")))
          .containsExactly(268_435_455);
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.8.3-3")
  void noLocalKeepsAClientsOwnMessagesFromIt() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a");
      client.subscribe(0, new Request("t/1", 1, true, false, 0));
      TestClient other = broker.connect("b").subscribe("t/1", 0);
      client.publish("t/1", "own", 1); // 3.8.3-3
      client.receiveNothing();
      other.receivePublish("own");
      other.publish("t/1", "theirs", 1);
      client.receivePublish("theirs");

      client.subscribe(0, new Request("t/#", 0, false, false, 0));
      client.send(TestClient.publication("t/1", "echo", 0, false, 0, Properties.NONE));
      client.receivePublish("echo");
      client.receiveNothing();
    }
  }

  @Test
  @Normative(
      v5 = {
        "MQTT-3.10.4-1",
        "MQTT-3.10.4-2",
        "MQTT-3.10.4-4",
        "MQTT-3.10.4-5",
        "MQTT-3.10.4-6",
        "MQTT-3.11.3-1",
        "MQTT-3.11.3-2",
        "MQTT-2.2.1-6"
      })
  void unsubscribeEndsExactlyThatFilterAndAnswersForEach() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a").subscribe("t/+", 1).subscribe("t/#", 1);
      assertThat(client.unsubscribe("t/+", "t/+", "T/#", "t/#/x")) // 3.10.4-1, 3.11.3-1
          .containsExactly(
              ReasonCode.SUCCESS,
              ReasonCode.NO_SUBSCRIPTION_EXISTED,
              ReasonCode.NO_SUBSCRIPTION_EXISTED,
              ReasonCode.TOPIC_FILTER_INVALID);
      broker.connect("p").publish("t/1", "x", 1);
      client.receivePublish("x");
      client.receiveNothing();
      client.unsubscribe("t/#");
      broker.connect("p2").publish("t/1", "y", 1);
      client.receiveNothing(); // 3.10.4-2
      assertThat(broker.gauge("subscriptions")).isZero();
    }
  }

  @Test
  void a311UnsubackHasNoCodes() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").version(MqttVersion.V3_1_1)).subscribe("t", 1);
      assertThat(client.unsubscribe("t", "none")).isEmpty(); // 3.1.1: 3.10.4-5
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.10.4-3")
  void unsubscribeLetsDeliveriesThatHaveBegunFinish() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").expiry(100)).subscribe("t", 2);
      broker.connect("p").publish("t", "x", 2);
      Publish begun = client.receivePublish("x");
      client.unsubscribe("t");
      client.drop();
      TestClient back = broker.connect(as("a").resume());
      assertThat(back.receivePublish("x").packetId()).isEqualTo(begun.packetId()); // 3.10.4-3
    }
  }

  @Test
  @Normative(v5 = {"MQTT-4.6.0-5", "MQTT-4.6.0-6"})
  void messagesOfOnePublisherArriveInOrderWhateverTheLoops() {
    try (EngineFixture broker = EngineFixture.start(o -> o.seed = 5)) {
      TestClient a = broker.connect(as("a").loop(0)).subscribe("#", 1);
      TestClient b = broker.connect(as("b").loop(1)).subscribe("#", 0);
      TestClient publisher = broker.connect(as("p").loop(1));
      for (int i = 0; i < 200; i++) {
        publisher.post(TestClient.publication("t/" + i % 3, "m" + i, 0, false, 0, Properties.NONE));
      }
      broker.loops().settle();
      for (int i = 0; i < 200; i++) {
        a.receivePublish("m" + i); // 4.6.0-5, 4.6.0-6
        b.receivePublish("m" + i);
      }
    }
  }
}

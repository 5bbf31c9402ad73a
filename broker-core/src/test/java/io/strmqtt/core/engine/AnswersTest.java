package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Pingresp;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Unsuback;
import io.strmqtt.mqtt.packet.MqttPacket.Unsubscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the broker says, how much of it, and when it says no more. */
class AnswersTest {
  /** Every kind of answer that there is, good and bad, for a client that is let in. */
  private static List<MqttPacket> everyAnswer(ConnectOptions options) {
    try (EngineFixture broker =
        EngineFixture.start(o -> o.authorizer = Optional.of(new NoSecrets()))) {
      List<MqttPacket> answers = new ArrayList<>();
      TestClient client = broker.connect(options);
      answers.add(client.connack());
      client.send(
          new Subscribe(
              1,
              List.of(
                  new Subscribe.Request("t", 2, false, false, 0),
                  new Subscribe.Request("secret", 2, false, false, 0)),
              Properties.NONE));
      answers.add(client.receive(Suback.class));
      client.send(new Unsubscribe(2, List.of("none", "a#"), Properties.NONE));
      answers.add(client.receive(Unsuback.class));
      client.send(TestClient.publication("secret", "x", 1, false, 3, Properties.NONE));
      answers.add(client.receive(Puback.class));
      client.send(TestClient.publication("secret", "x", 2, false, 4, Properties.NONE));
      answers.add(client.receive(Pubrec.class));
      client.send(new Pubrel(5, ReasonCode.SUCCESS, Properties.NONE));
      answers.add(client.receive(Pubcomp.class));
      client.send(new Pubrec(6, ReasonCode.SUCCESS, Properties.NONE));
      answers.add(client.receive(Pubrel.class));
      client.sendHex("3600");
      answers.add(client.receive(Disconnect.class));
      return answers;
    }
  }

  private static final class NoSecrets implements Authorizer {
    @Override
    public boolean mayPublish(Subject subject, String topic, int qos, boolean retain) {
      return !topic.equals("secret");
    }

    @Override
    public boolean maySubscribe(Subject subject, String filter, int qos) {
      return !filter.equals("secret");
    }
  }

  private static Properties properties(MqttPacket packet) {
    return switch (packet) {
      case Connack p -> p.properties();
      case Suback p -> p.properties();
      case Unsuback p -> p.properties();
      case Puback p -> p.properties();
      case Pubrec p -> p.properties();
      case Pubrel p -> p.properties();
      case Pubcomp p -> p.properties();
      case Disconnect p -> p.properties();
      default -> throw new AssertionError(packet);
    };
  }

  @Test
  @Normative(v5 = "MQTT-3.1.2-29")
  void whoAsksForNoProblemInformationGetsNone() {
    for (MqttPacket answer :
        everyAnswer(as("a").property(Property.REQUEST_PROBLEM_INFORMATION, 0))) {
      if (!(answer instanceof Connack) && !(answer instanceof Disconnect)) {
        assertThat(properties(answer).has(Property.REASON_STRING)).as("%s", answer).isFalse();
        assertThat(properties(answer).userProperties()).as("%s", answer).isEmpty();
      }
    }
  }

  @Test
  @Normative(
      v5 = {
        "MQTT-3.1.2-24",
        "MQTT-3.2.2-19",
        "MQTT-3.2.2-20",
        "MQTT-3.4.2-2",
        "MQTT-3.4.2-3",
        "MQTT-3.5.2-2",
        "MQTT-3.5.2-3",
        "MQTT-3.6.2-2",
        "MQTT-3.6.2-3",
        "MQTT-3.7.2-2",
        "MQTT-3.7.2-3",
        "MQTT-3.9.2-1",
        "MQTT-3.9.2-2",
        "MQTT-3.11.2-1",
        "MQTT-3.11.2-2",
        "MQTT-3.14.2-3",
        "MQTT-3.14.2-4"
      })
  void noAnswerIsLongerThanTheClientTakesForTheSakeOfAnExplanation() {
    // The least a client may ask for here: the CONNACK with nothing in it that could be left out.
    int least = MqttEncoder.size(everyAnswer(as("a")).getFirst(), MqttVersion.V5);
    assertThat(least).isLessThan(20);
    for (MqttPacket answer : everyAnswer(as("a").property(Property.MAXIMUM_PACKET_SIZE, least))) {
      assertThat(MqttEncoder.size(answer, MqttVersion.V5))
          .as("%s", answer)
          .isLessThanOrEqualTo(least);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 8, 12})
  @Normative(v5 = "MQTT-3.1.2-24")
  void aClientThatCouldNotTakeItsConnackIsToldSo(int maximum) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.attempt(as("a").property(Property.MAXIMUM_PACKET_SIZE, maximum));
      Connack answer = client.receive(Connack.class);
      assertThat(answer.code()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
      assertThat(MqttEncoder.size(answer, MqttVersion.V5)).isLessThanOrEqualTo(maximum);
      assertThat(client.receiveClose()).isEqualTo(Reason.CONNACK_TOO_LARGE);
      assertThat(broker.gauge("sessions")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  @Normative(v5 = "MQTT-3.1.2-24")
  void aClientThatCouldNotTakeEvenARefusalIsClosedWithoutAWord(int maximum) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.attempt(as("a").property(Property.MAXIMUM_PACKET_SIZE, maximum));
      assertThat(client.receiveClose()).isEqualTo(Reason.CONNACK_TOO_LARGE);
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.1.2-24")
  void aSubackTheClientCouldNotTakeEndsTheConnection() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").property(Property.MAXIMUM_PACKET_SIZE, 30));
      List<Subscribe.Request> many = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        many.add(new Subscribe.Request("t" + i, 0, false, false, 0));
      }
      client.send(new Subscribe(1, many, Properties.NONE));
      client.receiveDisconnect(ReasonCode.PACKET_TOO_LARGE);
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.1.2-28")
  void whoDoesNotAskForResponseInformationGetsNone() {
    try (EngineFixture broker = EngineFixture.start()) {
      ConnectOptions not = as("a").property(Property.REQUEST_RESPONSE_INFORMATION, 0);
      for (ConnectOptions options : List.of(as("b"), not)) {
        Properties told = broker.connect(options).connack().properties();
        assertThat(told.has(Property.RESPONSE_INFORMATION)).isFalse();
      }
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.12.0-6")
  void whoNamesNoMethodIsToldNone() {
    for (MqttPacket answer : everyAnswer(as("a"))) {
      assertThat(properties(answer).has(Property.AUTHENTICATION_METHOD)).isFalse();
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.14.2-2")
  void noDisconnectOfTheBrokerNamesASessionExpiry() {
    for (ConnectOptions options : List.of(as("a"), as("a").expiry(100))) {
      MqttPacket last = everyAnswer(options).getLast();
      assertThat(properties(last).has(Property.SESSION_EXPIRY_INTERVAL)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = {"MQTT-3.14.4-1", "MQTT-3.14.4-2"})
  void nothingFollowsTheEnd(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("#", 1);
      Publish late = TestClient.publication("t", "late", 1, false, 9, Properties.NONE);

      TestClient leaving = broker.connect(as("a").version(version));
      leaving.send(new Disconnect(ReasonCode.SUCCESS, Properties.NONE), new Pingreq(), late);
      assertThat(leaving.receiveClose()).isEqualTo(Reason.CLIENT_DISCONNECT);

      ConnectOptions options = as("b").version(version);
      TestClient wrong = broker.connect(options).subscribe("#", 1);
      wrong.send(options.packet(), new Pingreq(), late); // a second CONNECT
      if (version == MqttVersion.V5) {
        wrong.receive(Disconnect.class);
      }
      wrong.receiveClose();
      broker.connect("p").publish("t", "other", 1);
      assertThat(wrong.drain()).isEmpty();
      watcher.receivePublish("other");
      watcher.receiveNothing();
    }
  }

  @Test
  @Normative(v5 = {"MQTT-3.3.4-8", "MQTT-4.9.0-3"})
  void aClientAtItsLimitMaySayAllElse() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.receiveMaximum = 1)) {
      TestClient client = broker.connect("a");
      client.send(TestClient.publication("t", "x", 2, false, 1, Properties.NONE));
      client.receive(Pubrec.class);

      client.send(new Pingreq());
      client.receive(Pingresp.class);
      client.subscribe("t", 1);
      client.publish("t", "free");
      client.receivePublish("free");
      client.unsubscribe("t");
      client.send(new Pubrel(1, ReasonCode.SUCCESS, Properties.NONE));
      client.receive(Pubcomp.class);
      client.receiveNothing();
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.3.4-5")
  void ofSeveralCopiesEachHasTheIdentifierOfItsOwnSubscription() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a");
      client.subscribe(1, new Subscribe.Request("$share/g/t", 1, false, false, 0));
      client.subscribe(2, new Subscribe.Request("t", 1, false, false, 0));
      broker.connect("p").publish("t", "x", 1);
      List<Long> identifiers = new ArrayList<>();
      for (int copy = 0; copy < 2; copy++) {
        client.receivePublish("x").properties().entries().stream()
            .filter(e -> e.property() == Property.SUBSCRIPTION_IDENTIFIER)
            .forEach(e -> identifiers.add((Long) e.value()));
      }
      assertThat(identifiers).containsExactlyInAnyOrder(1L, 2L);
      client.receiveNothing();
    }
  }
}

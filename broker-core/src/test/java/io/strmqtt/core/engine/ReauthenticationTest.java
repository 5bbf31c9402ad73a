package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static io.strmqtt.core.engine.ScriptedMethod.auth;
import static io.strmqtt.core.engine.ScriptedMethod.data;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.AuthStep;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Pingresp;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A client that is in authenticates once more (4.12.1). */
class ReauthenticationTest {
  private static final Auth AGAIN = auth(ReasonCode.REAUTHENTICATE, "m", "again");
  private static final Auth ANSWER = auth(ReasonCode.CONTINUE_AUTHENTICATION, "m", "answer");

  private final ScriptedMethod method = new ScriptedMethod();

  private TestClient connect(EngineFixture broker) {
    return method.connect(broker, as("a").will("will", "x"), "ann");
  }

  /** Begins, and is asked something. */
  private TestClient begin(EngineFixture broker) {
    TestClient client = connect(broker).send(AGAIN);
    method.challenge(broker, "?");
    client.receive(Auth.class);
    return client;
  }

  @Normative(v5 = {"MQTT-4.12.0-2", "MQTT-4.12.0-5", "MQTT-4.12.1-1"})
  @Test
  void theSameUserStaysAndEverythingElseGoesOnMeanwhile() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = connect(broker).subscribe("t", 1);
      for (int time = 0; time < 2; time++) {
        client.send(AGAIN, new Pingreq());
        client.receive(Pingresp.class);
        client.publish("u", "while a step is prepared", 1);
        method.challenge(broker, "?");
        Auth question = client.receive(Auth.class);
        assertThat(question.code()).isEqualTo(ReasonCode.CONTINUE_AUTHENTICATION);
        assertThat(question.properties().string(Property.AUTHENTICATION_METHOD)).contains("m");
        assertThat(data(question.properties())).isEqualTo("?");
        client.send(new Pingreq(), ANSWER);
        client.receive(Pingresp.class);
        method.accept(broker, "ann", "fine");
        Auth done = client.receive(Auth.class);
        assertThat(done.code()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(done.properties().string(Property.AUTHENTICATION_METHOD)).contains("m");
        assertThat(data(done.properties())).isEqualTo("fine");
      }
      assertThat(method.begun).containsExactly("m a", "m a again ann", "m a again ann");
      assertThat(method.said).containsExactly("hello", "again", "answer", "again", "answer");
      assertThat(method.closed).isEqualTo(3);
      broker.pass(Duration.ofMinutes(1)); // No deadline is left.
      client.publish("t", "still there");
      client.receivePublish("still there");
    }
  }

  @Normative(v5 = "MQTT-4.12.1-2")
  @Test
  void whoFailsIsDisconnectedAndRecorded() {
    try (EngineFixture broker = method.broker()) {
      TestClient watcher = method.connect(broker, as("w"), "wes").subscribe("will", 0);
      TestClient client = begin(broker).send(ANSWER);
      method.answer(broker, new AuthStep.Rejected(Reason.BAD_CREDENTIALS, "ann"));
      assertThat(client.receiveDisconnect(ReasonCode.NOT_AUTHORIZED))
          .isEqualTo(Reason.REAUTHENTICATION_FAILED);
      watcher.receivePublish("x");
      UnauthorizedRecord record =
          broker.view().unauthorized(Optional.empty(), 10).items().getFirst();
      assertThat(record.last().reason()).isEqualTo(Reason.BAD_CREDENTIALS);
      assertThat(record.last().clientId()).contains("a");
      assertThat(record.last().username()).contains("ann");
      assertThat(broker.count(Reason.BAD_CREDENTIALS)).isEqualTo(1);
      assertThat(broker.count(Reason.REAUTHENTICATION_FAILED)).isEqualTo(1);
      assertThat(method.closed).isEqualTo(3);
    }
  }

  @Test
  void nobodyBecomesSomebodyElse() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = begin(broker).send(ANSWER);
      method.accept(broker, "eve", "");
      assertThat(client.receiveDisconnect(ReasonCode.NOT_AUTHORIZED))
          .isEqualTo(Reason.REAUTHENTICATION_FAILED);
      assertThat(broker.count(Reason.NOT_AUTHORIZED)).isEqualTo(1);
    }
  }

  static Stream<Auth> notDueAtFirst() {
    return Stream.of(
        ANSWER,
        auth(ReasonCode.SUCCESS, "m", ""),
        new Auth(ReasonCode.SUCCESS, Properties.NONE),
        auth(ReasonCode.REAUTHENTICATE, "n", "another method that is served"),
        auth(ReasonCode.REAUTHENTICATE, "M", "one that is not"));
  }

  @Normative(v5 = {"MQTT-4.12.1-1", "MQTT-4.12.0-5"})
  @ParameterizedTest
  @MethodSource("notDueAtFirst")
  void itBeginsWithReauthenticateAndTheSameMethod(Auth packet) {
    try (EngineFixture broker = method.broker()) {
      TestClient client = connect(broker).send(packet);
      assertThat(client.receiveDisconnect(ReasonCode.PROTOCOL_ERROR))
          .isEqualTo(Reason.PROTOCOL_ERROR);
      assertThat(method.begun).hasSize(1);
    }
  }

  static Stream<Auth> notDueLater() {
    return Stream.of(
        AGAIN,
        auth(ReasonCode.SUCCESS, "m", ""),
        auth(ReasonCode.CONTINUE_AUTHENTICATION, "n", "another method"));
  }

  @Normative(v5 = {"MQTT-4.12.0-3", "MQTT-4.12.0-5"})
  @ParameterizedTest
  @MethodSource("notDueLater")
  void itGoesOnWithContinueAndTheSameMethod(Auth packet) {
    try (EngineFixture broker = method.broker()) {
      TestClient client = begin(broker).send(packet);
      assertThat(client.receiveDisconnect(ReasonCode.PROTOCOL_ERROR))
          .isEqualTo(Reason.PROTOCOL_ERROR);
      assertThat(method.closed).isEqualTo(2);
    }
  }

  @Test
  void whoSpeaksOutOfTurnIsDisconnected() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = connect(broker).send(AGAIN, ANSWER);
      assertThat(client.receiveDisconnect(ReasonCode.PROTOCOL_ERROR))
          .isEqualTo(Reason.PROTOCOL_ERROR);
      assertThat(method.asked.remove()).isCancelled();
      assertThat(method.closed).isEqualTo(2);
    }
  }

  @Normative(v5 = "MQTT-4.12.0-7")
  @Test
  void whoConnectedWithoutAMethodMustNotSendAuth() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a").send(AGAIN);
      assertThat(client.receiveDisconnect(ReasonCode.PROTOCOL_ERROR))
          .isEqualTo(Reason.PROTOCOL_ERROR);
    }
  }

  @Test
  void aClientThatDoesNotGoOnIsDisconnectedInTime() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = begin(broker);
      broker.pass(Duration.ofSeconds(11));
      assertThat(client.receiveDisconnect(ReasonCode.NOT_AUTHORIZED))
          .isEqualTo(Reason.REAUTHENTICATION_FAILED);
      assertThat(broker.count(Reason.AUTH_TIMEOUT)).isEqualTo(1);
      assertThat(method.closed).isEqualTo(2);
    }
  }

  @Test
  void anAuthenticatorThatDoesNotGoOnHasFailed() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = connect(broker).send(AGAIN);
      broker.pass(Duration.ofSeconds(11));
      assertThat(client.receiveDisconnect(ReasonCode.NOT_AUTHORIZED))
          .isEqualTo(Reason.REAUTHENTICATION_FAILED);
      assertThat(broker.count(Reason.AUTH_FAILED)).isEqualTo(1);
      assertThat(method.asked.remove()).isCancelled();
    }
  }

  @Normative(v5 = "MQTT-3.1.2-24")
  @Test
  void anAnswerTheClientCouldNotTakeIsNotSent() {
    try (EngineFixture broker = method.broker()) {
      TestClient client =
          method
              .connect(broker, as("a").property(Property.MAXIMUM_PACKET_SIZE, 100), "ann")
              .send(AGAIN);
      method.challenge(broker, "x".repeat(100));
      assertThat(client.receiveDisconnect(ReasonCode.PACKET_TOO_LARGE))
          .isEqualTo(Reason.PACKET_TOO_LARGE);
      assertThat(method.closed).isEqualTo(2);
    }
  }

  @Test
  void howeverTheConnectionEndsNothingOfTheExchangeIsLeft() {
    for (String end : new String[] {"disconnect", "drop", "takeover", "shutdown", "error"}) {
      for (boolean asking : new boolean[] {true, false}) {
        ScriptedMethod scripted = new ScriptedMethod();
        try (EngineFixture broker = scripted.broker()) {
          TestClient client = scripted.connect(broker, as("a"), "ann").send(AGAIN);
          if (!asking) {
            scripted.challenge(broker, "?");
          }
          switch (end) {
            case "disconnect" -> client.send(new Disconnect(ReasonCode.SUCCESS, Properties.NONE));
            case "drop" -> client.drop();
            case "takeover" -> scripted.connectOnOther(broker, "a", "ann");
            case "shutdown" -> {
              broker.engine().shutdown();
              broker.loops().settle();
            }
            default -> client.send(new MqttPacket.Pingresp());
          }
          int begun = scripted.begun.size();
          assertThat(scripted.closed).as("%s, asking: %s", end, asking).isEqualTo(begun);
          if (asking) {
            assertThat(scripted.asked.remove()).isCancelled();
          }
          broker.pass(Duration.ofMinutes(1)); // No deadline strikes.
          assertThat(broker.count(Reason.AUTH_TIMEOUT)).isZero();
          assertThat(broker.count(Reason.AUTH_FAILED)).isZero();
          assertThat(broker.gauge("unauthorized_clients")).isZero();
        }
      }
    }
  }
}

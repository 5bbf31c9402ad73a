package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.AuthOutcome;
import io.strmqtt.api.auth.Authenticator;
import io.strmqtt.api.auth.ConnectAttempt;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.conformance.Normative;
import io.strmqtt.core.Counters;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Pingresp;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthenticationTest {
  /** Answers when the test does. */
  private static final class Waiting implements Authenticator {
    final ArrayDeque<CompletableFuture<AuthOutcome>> asked = new ArrayDeque<>();

    @Override
    public CompletionStage<AuthOutcome> authenticate(ConnectAttempt attempt) {
      CompletableFuture<AuthOutcome> answer = new CompletableFuture<>();
      asked.add(answer);
      return answer;
    }
  }

  private final Waiting authenticator = new Waiting();

  private EngineFixture broker() {
    return EngineFixture.start(o -> o.authenticator = Optional.of(authenticator));
  }

  @Test
  void theClientWaitsUnreadUntilTheAuthenticatorHasAnswered() {
    try (EngineFixture broker = broker()) {
      TestClient client =
          broker.open(as("a").username("ann")).send(as("a").username("ann").packet());
      client.send(new Pingreq());
      client.receiveNothing();
      assertThat(client.isBeingRead()).isFalse();
      authenticator.asked.remove().complete(new AuthOutcome.Accepted("anna"));
      broker.loops().settle();

      client.expectConnack();
      client.receive(Pingresp.class);
      assertThat(client.isBeingRead()).isTrue();
      assertThat(broker.view().session("a").orElseThrow().session().username()).isEqualTo("anna");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "BAD_CREDENTIALS, BAD_USER_NAME_OR_PASSWORD",
    "NO_CREDENTIALS, NOT_AUTHORIZED",
    "NOT_AUTHORIZED, NOT_AUTHORIZED",
    "BAD_CLIENT_ID, CLIENT_IDENTIFIER_NOT_VALID",
    "AUTH_BUSY, SERVER_BUSY",
    "AUTH_FAILED, SERVER_UNAVAILABLE",
  })
  @Normative(
      v5 = {
        "MQTT-3.1.3-8",
        "MQTT-3.1.4-2",
        "MQTT-3.2.2-6",
        "MQTT-3.2.2-7",
        "MQTT-4.13.2-1",
        "MQTT-3.2.2-8"
      })
  void aRefusalIsAnsweredRecordedAndClosed(Reason reason, ReasonCode code) {
    try (EngineFixture broker = broker()) {
      TestClient client = broker.attempt(as("a").username("ann"));
      authenticator.asked.remove().complete(new AuthOutcome.Rejected(reason));
      broker.loops().settle();

      Connack answer = client.receive(Connack.class); // 3.1.4-2
      assertThat(answer.code()).isEqualTo(code);
      assertThat(answer.sessionPresent()).isFalse(); // 3.2.2-6
      assertThat(client.receiveClose()).isEqualTo(reason); // 3.2.2-7
      var records = broker.view().unauthorized(Optional.empty(), 10).items();
      assertThat(records).hasSize(1);
      assertThat(records.getFirst().last().clientId()).contains("a");
      assertThat(records.getFirst().last().username()).contains("ann");
      assertThat(records.getFirst().last().reason()).isEqualTo(reason);
      assertThat(records.getFirst().last().passwordProvided()).isTrue();
      assertThat(broker.gauge("sessions")).isZero();
    }
  }

  @Test
  void attemptsAreCountedOnOneRecord() {
    try (EngineFixture broker = broker()) {
      for (int i = 0; i < 5; i++) {
        broker.attempt(as("a").username("ann"));
        authenticator.asked.remove().complete(new AuthOutcome.Rejected(Reason.BAD_CREDENTIALS));
        broker.loops().settle();
      }
      assertThat(broker.view().unauthorized(Optional.empty(), 10).items())
          .singleElement()
          .satisfies(record -> assertThat(record.attempts()).isEqualTo(5));
      assertThat(broker.count(Reason.BAD_CREDENTIALS)).isEqualTo(5);
    }
  }

  @Test
  void theRecordOfAClientThatGetsInIsResolvedUntilItIsRefusedAgain() {
    try (EngineFixture broker = broker()) {
      answer(broker, new AuthOutcome.Rejected(Reason.NO_CREDENTIALS));
      answer(broker, new AuthOutcome.Rejected(Reason.BAD_CREDENTIALS));
      assertThat(record(broker).resolvedAt()).isEmpty();

      answer(broker, new AuthOutcome.Accepted("ann"));
      assertThat(record(broker).resolvedAt()).isPresent();
      assertThat(record(broker).attempts()).isEqualTo(2);
      assertThat(record(broker).reasons())
          .isEqualTo(Map.of(Reason.NO_CREDENTIALS, 1L, Reason.BAD_CREDENTIALS, 1L));

      answer(broker, new AuthOutcome.Rejected(Reason.BAD_CREDENTIALS));
      assertThat(record(broker).resolvedAt()).isEmpty();
      assertThat(record(broker).attempts()).isEqualTo(3);
    }
  }

  private void answer(EngineFixture broker, AuthOutcome outcome) {
    broker.attempt(as("a").username("ann"));
    authenticator.asked.remove().complete(outcome);
    broker.loops().settle();
  }

  private static UnauthorizedRecord record(EngineFixture broker) {
    var records = broker.view().unauthorized(Optional.empty(), 10).items();
    assertThat(records).hasSize(1);
    return records.getFirst();
  }

  @Test
  void anAuthenticatorThatFailsRefusesAndIsCounted() {
    try (EngineFixture broker = broker()) {
      TestClient client = broker.attempt(as("a").username("ann"));
      authenticator.asked.remove().completeExceptionally(new IllegalStateException("broken"));
      broker.loops().settle();
      assertThat(client.receive(Connack.class).code()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
      assertThat(client.receiveClose()).isEqualTo(Reason.AUTH_FAILED);
      assertThat(broker.count(Counters.Event.PLUGIN_FAILURES)).isEqualTo(1);
    }
  }

  @Test
  void anAuthenticatorThatThrowsRefuses() {
    try (EngineFixture broker =
        EngineFixture.start(
            o ->
                o.authenticator =
                    Optional.of(
                        attempt -> {
                          throw new IllegalStateException("broken");
                        }))) {
      TestClient client = broker.attempt(as("a").username("ann"));
      assertThat(client.receive(Connack.class).code()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
      assertThat(client.receiveClose()).isEqualTo(Reason.AUTH_FAILED);
    }
  }

  @Test
  void anAnswerThatComesTooLateChangesNothing() {
    try (EngineFixture broker = broker()) {
      TestClient client = broker.attempt(as("a").username("ann"));
      broker.pass(Duration.ofSeconds(11));
      assertThat(client.receive(Connack.class).code()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
      assertThat(client.receiveClose()).isEqualTo(Reason.AUTH_FAILED);
      authenticator.asked.remove().complete(new AuthOutcome.Accepted("ann"));
      broker.loops().settle();
      assertThat(broker.gauge("sessions")).isZero();
      assertThat(broker.engine().connections()).isZero();
    }
  }

  @Test
  void aClientThatLeftMeanwhileLeavesNothingBehind() {
    try (EngineFixture broker = broker()) {
      TestClient client = broker.attempt(as("a").username("ann").will("will", "x"));
      client.drop();
      authenticator.asked.remove().complete(new AuthOutcome.Accepted("ann"));
      broker.loops().settle();
      assertThat(broker.gauge("sessions")).isZero();
      assertThat(broker.count(Counters.Event.WILLS_PUBLISHED)).isZero();
    }
  }

  @Test
  void aBrokerThatStopsRefusesThoseWhoWaitForTheAuthenticator() {
    try (EngineFixture broker = broker()) {
      TestClient client = broker.attempt(as("a").username("ann"));
      broker.engine().shutdown();
      authenticator.asked.remove().complete(new AuthOutcome.Accepted("ann"));
      broker.loops().settle();
      Connack answer = client.receive(Connack.class);
      assertThat(answer.code()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
      assertThat(client.receiveClose()).isEqualTo(Reason.SHUTTING_DOWN);
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.12.0-1")
  void anAuthenticationMethodNobodyKnowsIsRefused() {
    try (EngineFixture broker = broker()) {
      TestClient client = broker.attempt(as("a").property(Property.AUTHENTICATION_METHOD, "SCRAM"));
      assertThat(client.receive(Connack.class).code())
          .isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD); // 4.12.0-1
      assertThat(client.receiveClose()).isEqualTo(Reason.BAD_AUTH_METHOD);
    }
  }
}

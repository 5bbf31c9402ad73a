package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static io.strmqtt.core.engine.ScriptedMethod.auth;
import static io.strmqtt.core.engine.ScriptedMethod.data;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.AuthExchange;
import io.strmqtt.api.auth.AuthStep;
import io.strmqtt.api.auth.ConnectAttempt;
import io.strmqtt.api.auth.EnhancedAuthenticator;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.conformance.Normative;
import io.strmqtt.core.Counters;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT with an authentication method, until CONNACK (4.12). */
class EnhancedAuthenticationTest {
  private final ScriptedMethod method = new ScriptedMethod();

  private static UnauthorizedRecord onlyRecord(EngineFixture broker) {
    List<UnauthorizedRecord> records = broker.view().unauthorized(Optional.empty(), 10).items();
    assertThat(records).hasSize(1);
    return records.getFirst();
  }

  private void assertRefused(
      EngineFixture broker, TestClient client, Reason reason, ReasonCode code) {
    Connack answer = client.receive(Connack.class);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(client.receiveClose()).isEqualTo(reason);
    assertThat(onlyRecord(broker).last().reason()).isEqualTo(reason);
    assertThat(broker.gauge("sessions")).isZero();
    assertThat(method.closed).isEqualTo(method.begun.size());
  }

  @Normative(
      v5 = {"MQTT-4.12.0-2", "MQTT-4.12.0-3", "MQTT-4.12.0-5", "MQTT-3.15.2-2", "MQTT-3.15.2-3"})
  @Test
  void anExchangeOfSeveralStepsLetsTheClientIn() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = broker.attempt(as("a").method("m", "one"));
      client.receiveNothing();
      assertThat(client.isBeingRead()).isFalse();
      for (String word : List.of("two", "three")) {
        method.challenge(broker, word + "?");
        Auth question = client.receive(Auth.class);
        assertThat(question.code()).isEqualTo(ReasonCode.CONTINUE_AUTHENTICATION);
        assertThat(question.properties().string(Property.AUTHENTICATION_METHOD)).contains("m");
        assertThat(data(question.properties())).isEqualTo(word + "?");
        assertThat(question.properties().entries()).as("nothing the client did not ask").hasSize(2);
        assertThat(client.isBeingRead()).isTrue();
        client.send(auth(ReasonCode.CONTINUE_AUTHENTICATION, "m", word));
        assertThat(client.isBeingRead()).isFalse();
      }
      method.accept(broker, "ann", "bye");

      Properties connack = client.expectConnack().connack().properties();
      assertThat(connack.string(Property.AUTHENTICATION_METHOD)).contains("m");
      assertThat(data(connack)).isEqualTo("bye");
      assertThat(method.said).containsExactly("one", "two", "three");
      assertThat(method.begun).containsExactly("m a");
      assertThat(method.closed).isEqualTo(1);
      assertThat(client.isBeingRead()).isTrue();
      assertThat(broker.view().session("a").orElseThrow().session().username()).isEqualTo("ann");
      client.send(new Pingreq());
      client.receive(MqttPacket.Pingresp.class);
    }
  }

  @Test
  void aStepThatIsReadyAtOnceIsSentAtOnce() {
    EnhancedAuthenticator prompt = new Prompt();
    try (EngineFixture broker = EngineFixture.start(o -> o.methods = Map.of("m", prompt))) {
      TestClient client = broker.open(as("a"));
      client.send(
          as("a").method("m", "1").packet(),
          auth(ReasonCode.CONTINUE_AUTHENTICATION, "m", "2"),
          auth(ReasonCode.CONTINUE_AUTHENTICATION, "m", "3"),
          new Pingreq());
      client.receive(Auth.class);
      client.receive(Auth.class);
      client.expectConnack();
      client.receive(MqttPacket.Pingresp.class);
    }
  }

  /** Three messages, each answered on the spot. */
  private static final class Prompt implements EnhancedAuthenticator {
    @Override
    public Set<String> methods() {
      return Set.of("m");
    }

    @Override
    public AuthExchange begin(String method, ConnectAttempt attempt, Optional<String> current) {
      return data ->
          CompletableFuture.completedFuture(
              data.orElseThrow()[0] == '3'
                  ? new AuthStep.Accepted("ann", Optional.empty())
                  : new AuthStep.Continue(Optional.empty()));
    }
  }

  @Normative(v5 = "MQTT-4.12.0-1")
  @Test
  void aMethodThatIsNotServedIsRefused() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = broker.attempt(as("a").method("M", "one"));
      assertRefused(broker, client, Reason.BAD_AUTH_METHOD, ReasonCode.BAD_AUTHENTICATION_METHOD);
    }
  }

  @Normative(v5 = "MQTT-4.12.0-4")
  @ParameterizedTest
  @CsvSource({
    "BAD_CREDENTIALS, BAD_USER_NAME_OR_PASSWORD",
    "NOT_AUTHORIZED, NOT_AUTHORIZED",
    "BAD_AUTH_EXCHANGE, NOT_AUTHORIZED",
    "AUTH_BUSY, SERVER_BUSY"
  })
  void aRefusalAtAnyStepIsAnsweredAndRecordsWhoTheClientClaimedToBe(
      Reason reason, ReasonCode code) {
    for (int steps = 0; steps < 3; steps++) {
      ScriptedMethod scripted = new ScriptedMethod();
      try (EngineFixture broker = scripted.broker()) {
        TestClient client = broker.attempt(as("a").method("m", "one"));
        for (int i = 0; i < steps; i++) {
          scripted.challenge(broker, "?");
          client.receive(Auth.class);
          client.send(auth(ReasonCode.CONTINUE_AUTHENTICATION, "m", "x"));
        }
        scripted.answer(broker, new AuthStep.Rejected(reason, "eve"));
        Connack answer = client.receive(Connack.class);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(client.receiveClose()).isEqualTo(reason);
        assertThat(onlyRecord(broker).last().username()).contains("eve");
        assertThat(onlyRecord(broker).last().reason()).isEqualTo(reason);
        assertThat(broker.count(reason)).isEqualTo(1);
        assertThat(scripted.closed).isEqualTo(1);
      }
    }
  }

  static Stream<MqttPacket> otherPackets() {
    return Stream.of(
        new Pingreq(),
        TestClient.publication("a", "x", 0, false, 0, Properties.NONE),
        new Subscribe(1, List.of(new Subscribe.Request("a", 0, false, false, 0)), Properties.NONE),
        new Puback(1, ReasonCode.SUCCESS, Properties.NONE),
        as("a").packet(),
        auth(ReasonCode.CONTINUE_AUTHENTICATION, "n", "another method"),
        auth(ReasonCode.REAUTHENTICATE, "m", ""),
        auth(ReasonCode.SUCCESS, "m", ""),
        new Auth(ReasonCode.SUCCESS, Properties.NONE));
  }

  @Normative(v5 = {"MQTT-3.1.2-30", "MQTT-4.12.0-3", "MQTT-4.12.0-5"})
  @ParameterizedTest
  @MethodSource("otherPackets")
  void anythingButTheAuthThatIsDueEndsTheExchange(MqttPacket packet) {
    try (EngineFixture broker = method.broker()) {
      TestClient client = broker.attempt(as("a").method("m", "one"));
      method.challenge(broker, "?");
      client.receive(Auth.class);
      client.send(packet);
      assertRefused(broker, client, Reason.BAD_AUTH_EXCHANGE, ReasonCode.PROTOCOL_ERROR);
    }
  }

  @Normative(v5 = {"MQTT-3.15.1-1", "MQTT-3.15.2-1"})
  @ParameterizedTest
  @ValueSource(strings = {"f1 00", "f0 06 80 04 15 0001 6d", "f0 01 18", "f0 02 18 05"})
  void aMalformedAuthEndsTheExchange(String hex) {
    try (EngineFixture broker = method.broker()) {
      TestClient client = broker.attempt(as("a").method("m", "one"));
      method.challenge(broker, "?");
      client.receive(Auth.class);
      client.sendHex(hex);
      assertRefused(broker, client, Reason.BAD_AUTH_EXCHANGE, ReasonCode.MALFORMED_PACKET);
    }
  }

  @Test
  void whatIsSentBeforeItsTurnWaits() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = broker.open(as("a"));
      client.send(
          as("a").method("m", "one").packet(),
          auth(ReasonCode.CONTINUE_AUTHENTICATION, "m", "two"),
          new Pingreq());
      assertThat(method.said).containsExactly("one");
      method.challenge(broker, "?");
      assertThat(method.said).containsExactly("one", "two");
      method.accept(broker, "ann", "");
      client.receive(Auth.class);
      client.expectConnack();
      client.receive(MqttPacket.Pingresp.class);
    }
  }

  @Test
  void aClientThatSaysGoodbyeInTheMiddleLeavesNothingBehind() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = broker.attempt(as("a").method("m", "one").will("will", "x"));
      method.challenge(broker, "?");
      client.receive(Auth.class);
      client.send(new Disconnect(ReasonCode.SUCCESS, Properties.NONE));
      assertThat(client.receiveClose()).isEqualTo(Reason.CLIENT_DISCONNECT);
      assertLeftNothing(broker);
    }
  }

  @Test
  void aClientThatLeavesWhileAStepIsPreparedLeavesNothingBehind() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = broker.attempt(as("a").method("m", "one").will("will", "x"));
      client.drop();
      assertThat(method.asked.peek()).isCancelled();
      method.asked.remove().complete(new AuthStep.Accepted("ann", Optional.empty()));
      broker.loops().settle();
      assertLeftNothing(broker);
    }
  }

  @Test
  void aClientThatLeavesWhenItIsItsTurnLeavesNothingBehind() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = broker.attempt(as("a").method("m", "one").will("will", "x"));
      method.challenge(broker, "?");
      client.drop();
      assertLeftNothing(broker);
    }
  }

  private void assertLeftNothing(EngineFixture broker) {
    assertThat(method.closed).isEqualTo(1);
    assertThat(broker.gauge("sessions")).isZero();
    assertThat(broker.engine().connections()).isZero();
    assertThat(broker.count(Counters.Event.WILLS_PUBLISHED)).isZero();
  }

  @Test
  void aClientThatDoesNotGoOnIsRefusedInTime() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = broker.attempt(as("a").method("m", "one"));
      broker.pass(Duration.ofSeconds(6));
      method.challenge(broker, "?");
      client.receive(Auth.class);
      broker.pass(Duration.ofSeconds(5)); // The time is that of the whole exchange.
      assertRefused(broker, client, Reason.AUTH_TIMEOUT, ReasonCode.NOT_AUTHORIZED);
    }
  }

  @Test
  void anAuthenticatorThatDoesNotGoOnHasFailed() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = broker.attempt(as("a").method("m", "one"));
      broker.pass(Duration.ofSeconds(11));
      assertRefused(broker, client, Reason.AUTH_FAILED, ReasonCode.SERVER_UNAVAILABLE);
      assertThat(method.asked.remove()).isCancelled();
    }
  }

  @Test
  void aBrokerThatStopsRefusesThoseInTheMiddle() {
    try (EngineFixture broker = method.broker()) {
      TestClient client = broker.attempt(as("a").method("m", "one"));
      method.challenge(broker, "?");
      client.receive(Auth.class);
      broker.engine().shutdown();
      broker.loops().settle();
      assertRefused(broker, client, Reason.SHUTTING_DOWN, ReasonCode.SERVER_UNAVAILABLE);
    }
  }

  @Test
  void packetsStaySmallUntilTheClientIsAccepted() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              method.configure(o);
              o.limits.maxConnectSize = 128;
            })) {
      TestClient small = broker.attempt(as("a").method("m", "one"));
      method.challenge(broker, "?");
      small.receive(Auth.class);
      small.send(auth(ReasonCode.CONTINUE_AUTHENTICATION, "m", "x".repeat(100)));
      method.accept(broker, "ann", "");
      small.expectConnack();
      small.publish("a", "x".repeat(1000), 1);

      TestClient large = broker.attempt(as("b").method("m", "one"));
      method.challenge(broker, "?");
      large.receive(Auth.class);
      large.send(auth(ReasonCode.CONTINUE_AUTHENTICATION, "m", "x".repeat(128)));
      assertThat(large.receive(Connack.class).code()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
      assertThat(large.receiveClose()).isEqualTo(Reason.BAD_AUTH_EXCHANGE);
      assertThat(method.closed).isEqualTo(2);
    }
  }

  @Normative(v5 = "MQTT-3.1.2-24")
  @Test
  void anAnswerTheClientCouldNotTakeIsNotSent() {
    for (boolean last : new boolean[] {false, true}) {
      ScriptedMethod scripted = new ScriptedMethod();
      try (EngineFixture broker = scripted.broker()) {
        TestClient client =
            broker.attempt(as("a").method("m", "one").property(Property.MAXIMUM_PACKET_SIZE, 100));
        if (last) {
          scripted.accept(broker, "ann", "x".repeat(100));
        } else {
          scripted.challenge(broker, "x".repeat(100));
        }
        assertThat(client.receive(Connack.class).code())
            .isEqualTo(last ? ReasonCode.PACKET_TOO_LARGE : ReasonCode.SERVER_UNAVAILABLE);
        assertThat(client.receiveClose())
            .isEqualTo(last ? Reason.CONNACK_TOO_LARGE : Reason.AUTH_FAILED);
        assertThat(scripted.closed).isEqualTo(1);
        assertThat(broker.gauge("sessions")).isZero();
      }
    }
  }

  @Test
  void whereOnlyMethodsAreServedAPasswordIsNotEnough() {
    try (EngineFixture broker = method.broker()) {
      TestClient nobody = broker.attempt(as("a"));
      assertThat(nobody.receive(Connack.class).code()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
      assertThat(nobody.receiveClose()).isEqualTo(Reason.NO_CREDENTIALS);
      TestClient ann = broker.attempt(as("b").username("ann"));
      assertThat(ann.receive(Connack.class).code()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      assertThat(ann.receiveClose()).isEqualTo(Reason.BAD_CREDENTIALS);
      assertThat(method.begun).isEmpty();
    }
  }

  @Normative(v5 = "MQTT-4.12.0-6")
  @Test
  void whoNamesNoMethodHearsOfNone() {
    try (EngineFixture broker = EngineFixture.start()) {
      Connack connack = broker.connect("a").connack();
      assertThat(connack.properties().has(Property.AUTHENTICATION_METHOD)).isFalse();
      assertThat(connack.properties().has(Property.AUTHENTICATION_DATA)).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"V3_1", "V3_1_1"})
  void olderVersionsHaveNoAuth(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").version(version));
      client.sendHex("f0 00");
      assertThat(client.receiveClose()).isEqualTo(Reason.MALFORMED_PACKET);
    }
  }

  /** The ways in which a plugin may answer otherwise than it should. */
  private enum Failure {
    BEGIN_THROWS,
    BEGIN_GIVES_NOTHING,
    NEXT_THROWS,
    NEXT_GIVES_NOTHING,
    STEP_FAILS,
    STEP_IS_NOTHING,
    CLOSE_THROWS
  }

  private record Broken(Failure failure) implements EnhancedAuthenticator {
    @Override
    public Set<String> methods() {
      return Set.of("m");
    }

    @Override
    @SuppressWarnings("NullAway")
    public AuthExchange begin(String method, ConnectAttempt attempt, Optional<String> current) {
      return switch (failure) {
        case BEGIN_THROWS -> throw new IllegalStateException("broken");
        case BEGIN_GIVES_NOTHING -> null;
        default -> new BrokenExchange(failure);
      };
    }
  }

  private record BrokenExchange(Failure failure) implements AuthExchange {
    @Override
    @SuppressWarnings("NullAway")
    public CompletionStage<AuthStep> next(Optional<byte[]> data) {
      return switch (failure) {
        case NEXT_THROWS -> throw new AssertionError("broken");
        case NEXT_GIVES_NOTHING -> null;
        case STEP_IS_NOTHING -> CompletableFuture.completedFuture(null);
        case CLOSE_THROWS ->
            CompletableFuture.completedFuture(new AuthStep.Rejected(Reason.AUTH_FAILED));
        default -> CompletableFuture.failedFuture(new IllegalStateException("broken"));
      };
    }

    @Override
    public void close() {
      if (failure == Failure.CLOSE_THROWS) {
        throw new IllegalStateException("broken");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whateverAPluginDoesInsteadOfAnsweringRefusesAndIsCounted(Failure failure) {
    try (EngineFixture broker =
        EngineFixture.start(o -> o.methods = Map.of("m", new Broken(failure)))) {
      TestClient client = broker.attempt(as("a").method("m", "one"));
      assertRefused(broker, client, Reason.AUTH_FAILED, ReasonCode.SERVER_UNAVAILABLE);
      assertThat(broker.count(Counters.Event.PLUGIN_FAILURES)).isEqualTo(1);
    }
  }

  static Stream<Failure> failures() {
    return Stream.of(Failure.values());
  }
}

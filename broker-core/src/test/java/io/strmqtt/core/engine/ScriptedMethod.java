package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.strmqtt.api.auth.AuthExchange;
import io.strmqtt.api.auth.AuthStep;
import io.strmqtt.api.auth.ConnectAttempt;
import io.strmqtt.api.auth.EnhancedAuthenticator;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The authentication methods {@code m} and {@code n}: what they answer, and when, the test says.
 */
final class ScriptedMethod implements EnhancedAuthenticator {
  final List<String> begun = new ArrayList<>();
  final List<String> said = new ArrayList<>();
  final ArrayDeque<CompletableFuture<AuthStep>> asked = new ArrayDeque<>();
  int closed;

  @Override
  public Set<String> methods() {
    return Set.of("m", "n");
  }

  @Override
  public AuthExchange begin(String method, ConnectAttempt attempt, Optional<String> current) {
    begun.add(method + " " + attempt.clientId() + current.map(name -> " again " + name).orElse(""));
    return new AuthExchange() {
      @Override
      public CompletionStage<AuthStep> next(Optional<byte[]> data) {
        said.add(data.map(bytes -> new String(bytes, UTF_8)).orElse("nothing"));
        CompletableFuture<AuthStep> step = new CompletableFuture<>();
        asked.add(step);
        return step;
      }

      @Override
      public void close() {
        closed++;
      }
    };
  }

  /** A broker that serves the methods, and nothing else. */
  EngineFixture broker() {
    return EngineFixture.start(this::configure);
  }

  void configure(EngineFixture.Options options) {
    options.methods = Map.of("m", this, "n", this);
  }

  void answer(EngineFixture broker, AuthStep step) {
    asked.remove().complete(step);
    broker.loops().settle();
  }

  void challenge(EngineFixture broker, String data) {
    answer(broker, new AuthStep.Continue(data.getBytes(UTF_8)));
  }

  void accept(EngineFixture broker, String username, String data) {
    answer(broker, new AuthStep.Accepted(username, Optional.of(data.getBytes(UTF_8))));
  }

  /** Connects with the method {@code m}, and is let in at once as that user. */
  TestClient connect(EngineFixture broker, ConnectOptions options, String username) {
    TestClient client = broker.attempt(options.method("m", "hello"));
    accept(broker, username, "welcome");
    return client.expectConnack();
  }

  /** The same from another loop, while the answers to others are still due. */
  void connectOnOther(EngineFixture broker, String clientId, String username) {
    TestClient client = broker.attempt(as(clientId).loop(1).method("m", "hello"));
    asked.removeLast().complete(new AuthStep.Accepted(username, Optional.empty()));
    broker.loops().settle();
    client.expectConnack();
  }

  static Auth auth(ReasonCode code, String method, String data) {
    return new Auth(
        code,
        Properties.builder()
            .add(Property.AUTHENTICATION_METHOD, method)
            .add(Property.AUTHENTICATION_DATA, data.getBytes(UTF_8))
            .build());
  }

  static String data(Properties properties) {
    return new String(properties.binary(Property.AUTHENTICATION_DATA).orElseThrow(), UTF_8);
  }
}

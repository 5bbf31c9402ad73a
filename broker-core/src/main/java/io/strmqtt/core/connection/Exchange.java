package io.strmqtt.core.connection;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.AuthExchange;
import io.strmqtt.api.auth.AuthStep;
import io.strmqtt.api.auth.ConnectAttempt;
import io.strmqtt.api.auth.EnhancedAuthenticator;
import io.strmqtt.core.Counters;
import io.strmqtt.core.session.Shard;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One enhanced authentication (4.12), as one who waits for its steps sees it: at login and later
 * alike. A plugin that fails has refused. On the connection's loop.
 */
final class Exchange {
  private static final AuthStep FAILED = new AuthStep.Rejected(Reason.AUTH_FAILED);

  private final Shard shard;
  private final Counters counters;
  private final Consumer<AuthStep> steps;
  private final @Nullable AuthExchange plugin;
  private @Nullable Question<AuthStep> question;
  private boolean asking;
  private boolean ended;

  /**
   * @param current the user name, in a re-authentication
   * @param steps given each step: one for each {@link #next}, none after {@link #end}
   */
  Exchange(
      EnhancedAuthenticator authenticator,
      String method,
      ConnectAttempt attempt,
      Optional<String> current,
      Shard shard,
      Counters counters,
      Consumer<AuthStep> steps) {
    this.shard = shard;
    this.counters = counters;
    this.steps = steps;
    this.plugin = begin(authenticator, method, attempt, current);
  }

  private @Nullable AuthExchange begin(
      EnhancedAuthenticator authenticator,
      String method,
      ConnectAttempt attempt,
      Optional<String> current) {
    try {
      @Nullable AuthExchange begun = authenticator.begin(method, attempt, current);
      if (begun == null) {
        Question.failed(counters, null);
      }
      return begun;
    } catch (RuntimeException | Error e) {
      Question.failed(counters, e);
      return null;
    }
  }

  /**
   * Hands over what the client said. The step may have been given when this returns. Not to be
   * called while {@link #isAsking}, nor after {@link #end}.
   */
  void next(Properties said) {
    AuthExchange asked = plugin;
    if (asked == null) {
      steps.accept(FAILED);
      return;
    }
    asking = true;
    Question<AuthStep> now = new Question<>(shard, counters, this::answered);
    question = now;
    now.ask(() -> asked.next(said.binary(Property.AUTHENTICATION_DATA)));
  }

  private void answered(Optional<AuthStep> step) {
    asking = false;
    steps.accept(step.orElse(FAILED));
  }

  /** Whether it is the authenticator's turn, not the client's. */
  boolean isAsking() {
    return asking;
  }

  /**
   * Whether a client's packet has the code that is due, and the method of the login
   * (MQTT-4.12.0-5).
   */
  static boolean isTurn(Auth packet, ReasonCode due, String method) {
    return packet.code() == due
        && packet.properties().string(Property.AUTHENTICATION_METHOD).equals(Optional.of(method));
  }

  /** What the client is told. */
  static Auth auth(ReasonCode code, String method, Optional<byte[]> data) {
    return new Auth(code, properties(method, data));
  }

  /** The properties of AUTH, and of CONNACK. */
  static Properties properties(String method, Optional<byte[]> data) {
    Properties.Builder properties = Properties.builder();
    properties.add(Property.AUTHENTICATION_METHOD, method); // MQTT-4.12.0-5
    data.ifPresent(bytes -> properties.add(Property.AUTHENTICATION_DATA, bytes));
    return properties.build();
  }

  /** The exchange is over, whoever ended it: nothing of it stays. */
  void end() {
    if (ended) {
      return;
    }
    ended = true;
    if (question != null) {
      question.withdraw();
    }
    if (plugin != null) {
      try {
        plugin.close();
      } catch (RuntimeException | Error e) {
        Question.failed(counters, e);
      }
    }
  }
}

package io.strmqtt.core.connection;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.AuthStep;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.auth.ConnectAttempt;
import io.strmqtt.api.auth.EnhancedAuthenticator;
import io.strmqtt.core.Deadlines;
import io.strmqtt.core.EventLog;
import io.strmqtt.core.Refusal;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A client that is in proves once more who it is (4.12.1). Everything else it does goes on
 * meanwhile, as who it was; it is the same user afterwards, or it is disconnected. On the
 * connection's loop.
 */
final class Reauthentication {
  private final Active active;
  private final Services services;
  private final String method;
  private final EnhancedAuthenticator authenticator;
  private final Deadlines.Entry deadline = new Deadlines.Entry(this::timedOut);
  private @Nullable Exchange exchange;

  /**
   * @param method of the authentication the client was let in by
   */
  Reauthentication(Active active, Services services, String method) {
    this.active = active;
    this.services = services;
    this.method = method;
    this.authenticator = Objects.requireNonNull(services.methods().get(method));
  }

  void packet(Auth auth) {
    Exchange running = exchange;
    ReasonCode due =
        running == null ? ReasonCode.REAUTHENTICATE : ReasonCode.CONTINUE_AUTHENTICATION;
    if (!Exchange.isTurn(auth, due, method) || running != null && running.isAsking()) {
      active.end(Reason.PROTOCOL_ERROR, ReasonCode.PROTOCOL_ERROR); // MQTT-4.12.1-1, MQTT-4.12.0-3
      return;
    }
    if (running == null) {
      running = begin();
    }
    running.next(auth.properties());
  }

  private Exchange begin() {
    Authorizer.Subject subject = active.subject();
    Optional<String> username = Optional.of(subject.username());
    ConnectAttempt attempt =
        new ConnectAttempt(
            subject.clientId(),
            username,
            Optional.empty(),
            Records.version(active.terms().version()),
            active.terms().cleanStart(),
            subject.endpoint());
    Exchange begun =
        new Exchange(
            authenticator,
            method,
            attempt,
            username,
            active.shard(),
            services.broker().counters(),
            this::answered);
    exchange = begun;
    active.shard().deadlines().set(deadline, services.broker().limits().connectTimeout().toNanos());
    return begun;
  }

  private void answered(AuthStep step) {
    switch (step) {
      case AuthStep.Continue(Optional<byte[]> data) ->
          active.writeSized(Exchange.auth(ReasonCode.CONTINUE_AUTHENTICATION, method, data));
      case AuthStep.Accepted(String username, Optional<byte[]> data) -> {
        if (username.equals(active.subject().username())) {
          end();
          EventLog.reauthenticated(active.record());
          active.writeSized(Exchange.auth(ReasonCode.SUCCESS, method, data));
        } else {
          // What it has subscribed to, and what waits for it, was granted to another.
          failed(Reason.NOT_AUTHORIZED, username, "as another user");
        }
      }
      case AuthStep.Rejected(Reason reason, String username) -> failed(reason, username, "");
    }
  }

  private void timedOut() {
    if (exchange != null && exchange.isAsking()) {
      failed(Reason.AUTH_FAILED, "", "the authenticator did not answer in time");
    } else {
      failed(Reason.AUTH_TIMEOUT, "", "within mqtt.connect_timeout");
    }
  }

  /** Recorded like a login that failed; then the connection ends (MQTT-4.12.1-2). */
  private void failed(Reason reason, String username, String detail) {
    end();
    ClientEndpoint endpoint = active.subject().endpoint();
    services
        .refusals()
        .refused(
            new Refusal(
                endpoint,
                reason,
                Optional.of(active.subject().clientId()),
                Optional.of(username.isEmpty() ? active.subject().username() : username)
                    .filter(name -> !name.isEmpty()),
                false,
                endpoint.tls().isPresent(),
                () -> detail.isEmpty() ? "re-authentication" : "re-authentication: " + detail));
    active.end(Reason.REAUTHENTICATION_FAILED, ReasonCode.NOT_AUTHORIZED);
  }

  /** Forgets the exchange, if there is one: it is over, or the connection is. */
  void end() {
    active.shard().deadlines().cancel(deadline);
    Exchange running = exchange;
    if (running != null) {
      exchange = null;
      running.end();
    }
  }
}

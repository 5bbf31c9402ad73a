package io.strmqtt.core.connection;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.AuthOutcome;
import io.strmqtt.api.auth.AuthOutcome.Accepted;
import io.strmqtt.api.auth.AuthOutcome.Rejected;
import io.strmqtt.api.auth.Authenticator;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.auth.ConnectAttempt;
import io.strmqtt.core.Counters;
import io.strmqtt.core.Deadlines;
import io.strmqtt.core.Limits;
import io.strmqtt.core.LogText;
import io.strmqtt.core.Refusal;
import io.strmqtt.core.session.Outbox;
import io.strmqtt.core.session.Sessions;
import io.strmqtt.mqtt.codec.MalformedPacketException;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Will;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import io.strmqtt.mqtt.topic.Topics;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * CONNECT has come and is judged: its form, its credentials, its will. Ends with a CONNACK either
 * way; what the client sent meanwhile waits (3.1.4-6 throws it away if it is refused).
 */
final class Authenticating implements Phase {
  private static final Logger LOG = LogManager.getLogger(Authenticating.class);

  private final MqttConnection owner;
  private final Services services;
  private final Connect connect;
  private final String clientId;
  private final Deadlines.Entry deadline;
  private Optional<CompletableFuture<AuthOutcome>> pending = Optional.empty();
  private boolean decided;

  Authenticating(MqttConnection owner, Connect connect) {
    this.owner = owner;
    this.services = owner.services();
    this.connect = connect;
    this.clientId =
        connect.clientId().isEmpty() ? services.clientIds().get() : connect.clientId(); // 3.1.3-6
    this.deadline =
        new Deadlines.Entry(
            () ->
                refuse(
                    Reason.AUTH_FAILED,
                    ReasonCode.SERVER_UNAVAILABLE,
                    "the authenticator did not answer in time"));
  }

  void begin() {
    if (!isFormAcceptable()) {
      return;
    }
    owner.shard().deadlines().set(deadline, services.broker().limits().connectTimeout().toNanos());
    if (services.authenticator().isEmpty() || isAnonymous() && services.allowAnonymous()) {
      decide(new Accepted(connect.username().orElse("")));
      return;
    }
    ConnectAttempt attempt =
        new ConnectAttempt(
            clientId,
            connect.username(),
            connect.password(),
            Records.version(connect.version()),
            connect.cleanStart(),
            owner.connection().endpoint());
    CompletableFuture<AuthOutcome> asked = ask(services.authenticator().get(), attempt);
    pending = Optional.of(asked);
    asked.whenComplete(
        (outcome, failure) -> owner.shard().execute(() -> answered(outcome, failure)));
  }

  private boolean isAnonymous() {
    return connect.username().isEmpty() && connect.password().isEmpty();
  }

  /** Whatever a plugin does instead of answering is a failure of its answer. */
  private static CompletableFuture<AuthOutcome> ask(
      Authenticator authenticator, ConnectAttempt attempt) {
    try {
      return authenticator.authenticate(attempt).toCompletableFuture();
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void answered(@Nullable AuthOutcome outcome, @Nullable Throwable failure) {
    if (decided) {
      return; // The deadline was faster, or the client has gone.
    }
    if (outcome != null) {
      decide(outcome);
      return;
    }
    services.broker().counters().count(Counters.Event.PLUGIN_FAILURES);
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    LOG.error("event=authenticator_failed error={}", LogText.of(String.valueOf(cause)));
    refuse(Reason.AUTH_FAILED, ReasonCode.SERVER_UNAVAILABLE, "");
  }

  /** Checks that need nobody else; answers and returns false if one fails. */
  private boolean isFormAcceptable() {
    Limits limits = services.broker().limits();
    MqttVersion version = connect.version();
    if (services.stopping().get()) {
      return no(Reason.SHUTTING_DOWN, ReasonCode.SERVER_UNAVAILABLE, ""); // 3.2.2-8
    }
    if (connect.clientId().isEmpty()
        && (version == MqttVersion.V3_1
            || version == MqttVersion.V3_1_1 && !connect.cleanStart())) {
      return no(
          Reason.BAD_CLIENT_ID,
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          "an empty client id needs clean session"); // 3.1.1: 3.1.3-8
    }
    if (connect.clientId().isEmpty() && !limits.emptyClientIds()) {
      return no(
          Reason.BAD_CLIENT_ID,
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          "mqtt.empty_client_ids = false"); // 3.1.3-8
    }
    if (connect.properties().has(Property.AUTHENTICATION_METHOD)) {
      return no(Reason.BAD_AUTH_METHOD, ReasonCode.BAD_AUTHENTICATION_METHOD, ""); // 4.12.0-1
    }
    if (services.open().size() >= limits.maxConnections()) {
      return no(
          Reason.CONNECTION_LIMIT,
          ReasonCode.SERVER_BUSY,
          "mqtt.max_connections = " + limits.maxConnections());
    }
    if (connect.will().isPresent()) {
      Will will = connect.will().get();
      if (!Topics.isValidName(will.topic())
          || Topics.levels(will.topic()) > limits.maxTopicLevels()) {
        return no(Reason.WILL_REFUSED, ReasonCode.TOPIC_NAME_INVALID, "will topic");
      }
      if (limits.payloadFormatChecked()
          && !PayloadFormat.isKept(will.properties(), will.payload())) {
        return no(Reason.WILL_REFUSED, ReasonCode.PAYLOAD_FORMAT_INVALID, "will payload");
      }
      if (will.qos() > limits.maxQos()) {
        return no(Reason.WILL_REFUSED, ReasonCode.QOS_NOT_SUPPORTED, "will QoS"); // 3.2.2-12
      }
      if (will.retain() && !limits.retainAvailable()) {
        return no(Reason.WILL_REFUSED, ReasonCode.RETAIN_NOT_SUPPORTED, "will retain"); // 3.2.2-13
      }
    }
    return true;
  }

  private boolean no(Reason reason, ReasonCode code, String detail) {
    refuse(reason, code, detail);
    return false;
  }

  private void decide(AuthOutcome outcome) {
    switch (outcome) {
      case Rejected(Reason reason) -> refuse(reason, codeOf(reason), "");
      case Accepted(String username) -> {
        if (services.stopping().get()) {
          refuse(Reason.SHUTTING_DOWN, ReasonCode.SERVER_UNAVAILABLE, "");
          return;
        }
        Authorizer.Subject subject =
            new Authorizer.Subject(clientId, username, owner.connection().endpoint());
        Optional<Will> will = connect.will();
        if (will.isPresent()
            && (Inbound.isReserved(will.get().topic())
                || !services
                    .broker()
                    .authorizer()
                    .mayPublish(
                        subject, will.get().topic(), will.get().qos(), will.get().retain()))) {
          refuse(
              Reason.WILL_REFUSED, ReasonCode.NOT_AUTHORIZED, "not authorized for the will topic");
          return;
        }
        Active active = new Active(owner, connect, subject, this::goOn);
        if (!active.canBeWelcomed()) {
          refuse(Reason.CONNACK_TOO_LARGE, ReasonCode.PACKET_TOO_LARGE, "");
          return;
        }
        finish();
        services.open().add(owner);
        services
            .sessions()
            .claim(new Sessions.Claim(clientId, connect.cleanStart(), active), owner.shard());
      }
    }
  }

  /**
   * The session is there and CONNACK is written: what the client sent meanwhile has its turn now.
   */
  private void goOn(Active active) {
    owner.become(active);
    active.writabilityChanged(); // What resumed may have filled the socket already.
    if (services.stopping().get()) {
      active.shutdown();
    }
  }

  private void refuse(Reason reason, ReasonCode code, String detail) {
    finish();
    var endpoint = owner.connection().endpoint();
    services
        .refusals()
        .refused(
            new Refusal(
                endpoint,
                reason,
                Optional.of(connect.clientId()).filter(id -> !id.isEmpty()),
                connect.username(),
                connect.password().isPresent(),
                endpoint.tls().isPresent(),
                detail));
    Connack answer = new Connack(false, code, Properties.NONE); // 3.2.2-6
    if (maySay(answer)) {
      Outbox out = new Outbox(owner.connection(), connect.version());
      out.write(answer);
      out.flush();
    }
    owner.become(new Closed());
    owner.connection().close(reason); // 3.2.2-7
  }

  /**
   * 3.x closes without a word where none of its codes fits (3.1.1: 3.2.2-6); 5.0 says nothing that
   * the client could not take (3.1.2-24).
   */
  private boolean maySay(Connack answer) {
    if (connect.version() != MqttVersion.V5) {
      return switch (answer.code()) {
        case TOPIC_NAME_INVALID, QOS_NOT_SUPPORTED, RETAIN_NOT_SUPPORTED -> false;
        default -> true;
      };
    }
    return MqttEncoder.size(answer, MqttVersion.V5)
        <= connect.properties().number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE);
  }

  private void finish() {
    decided = true;
    pending.ifPresent(asked -> asked.cancel(false)); // Nobody needs to work on it any more.
    owner.shard().deadlines().cancel(deadline);
  }

  private static ReasonCode codeOf(Reason reason) {
    return switch (reason) {
      case NO_CREDENTIALS, NOT_AUTHORIZED -> ReasonCode.NOT_AUTHORIZED;
      case BAD_CLIENT_ID -> ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
      case BAD_AUTH_METHOD -> ReasonCode.BAD_AUTHENTICATION_METHOD;
      case AUTH_BUSY -> ReasonCode.SERVER_BUSY;
      case AUTH_FAILED -> ReasonCode.SERVER_UNAVAILABLE;
      default -> ReasonCode.BAD_USER_NAME_OR_PASSWORD;
    };
  }

  @Override
  public void packet(MqttPacket packet) {
    // Reading is off: only what is drained behind a closed socket comes here, and nobody waits.
  }

  @Override
  public void malformed(MalformedPacketException cause, Optional<MqttVersion> version) {
    // Reading is off: only what is drained behind a closed socket comes here, and nobody waits.
  }

  @Override
  public void lost(Optional<Reason> reason) {
    finish();
  }

  @Override
  public void shutdown() {
    if (!decided) {
      refuse(Reason.SHUTTING_DOWN, ReasonCode.SERVER_UNAVAILABLE, "");
    }
  }
}

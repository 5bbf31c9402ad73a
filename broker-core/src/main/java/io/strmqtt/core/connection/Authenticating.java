package io.strmqtt.core.connection;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.AuthOutcome;
import io.strmqtt.api.auth.AuthOutcome.Accepted;
import io.strmqtt.api.auth.AuthOutcome.Rejected;
import io.strmqtt.api.auth.AuthStep;
import io.strmqtt.api.auth.Authenticator;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.auth.ConnectAttempt;
import io.strmqtt.api.auth.EnhancedAuthenticator;
import io.strmqtt.core.Counters;
import io.strmqtt.core.Deadlines;
import io.strmqtt.core.Limits;
import io.strmqtt.core.Refusal;
import io.strmqtt.core.session.Sessions;
import io.strmqtt.core.sys.SysAccess;
import io.strmqtt.mqtt.codec.MalformedPacketException;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Will;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import io.strmqtt.mqtt.topic.Topics;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * CONNECT has come and is judged: its form, its credentials, its will. Ends with a CONNACK either
 * way; what the client sent meanwhile waits (3.1.4-6 throws it away if it is refused), but for the
 * AUTH packets of an enhanced authentication, each in its turn.
 */
final class Authenticating implements Phase {
  private static final AuthOutcome FAILED = new Rejected(Reason.AUTH_FAILED);
  private static final String TOO_LARGE = "the answer exceeds the client's maximum packet size";

  private final MqttConnection owner;
  private final Services services;
  private final Connect connect;
  private final String clientId;
  private final Deadlines.Entry deadline;
  private final Question<AuthOutcome> question;
  private @Nullable Exchange exchange;

  /** Who the client said it was, in its exchange. */
  private Optional<String> claimed = Optional.empty();

  private boolean awaitsClient;
  private boolean decided;

  Authenticating(MqttConnection owner, Connect connect) {
    this.owner = owner;
    this.services = owner.services();
    this.connect = connect;
    this.clientId =
        connect.clientId().isEmpty() ? services.clientIds().get() : connect.clientId(); // 3.1.3-6
    this.deadline = new Deadlines.Entry(this::timedOut);
    this.question = new Question<>(owner.shard(), services.broker().counters(), this::answered);
  }

  private void timedOut() {
    if (awaitsClient) {
      refuse(Reason.AUTH_TIMEOUT, codeOf(Reason.AUTH_TIMEOUT), "within mqtt.connect_timeout");
    } else {
      refuse(
          Reason.AUTH_FAILED,
          ReasonCode.SERVER_UNAVAILABLE,
          "the authenticator did not answer in time");
    }
  }

  void begin() {
    if (!isFormAcceptable()) {
      return;
    }
    owner.shard().deadlines().set(deadline, services.broker().limits().connectTimeout().toNanos());
    Optional<String> method = connect.properties().string(Property.AUTHENTICATION_METHOD);
    if (method.isPresent()) {
      begin(method.get(), Objects.requireNonNull(services.methods().get(method.get())));
      return;
    }
    if (services.isOpen() || isAnonymous() && services.allowAnonymous()) {
      accept(connect.username().orElse(""), Properties.NONE);
      return;
    }
    if (services.authenticator().isEmpty()) {
      Reason reason = isAnonymous() ? Reason.NO_CREDENTIALS : Reason.BAD_CREDENTIALS;
      refuse(
          reason,
          codeOf(reason),
          "only authentication methods are served: "
              + String.join(", ", services.methods().keySet()));
      return;
    }
    Authenticator authenticator = services.authenticator().get();
    question.ask(() -> authenticator.authenticate(attempt()));
  }

  private ConnectAttempt attempt() {
    return new ConnectAttempt(
        clientId,
        connect.username(),
        connect.password(),
        Records.version(connect.version()),
        connect.cleanStart(),
        owner.connection().endpoint());
  }

  private boolean isAnonymous() {
    return connect.username().isEmpty() && connect.password().isEmpty();
  }

  private void answered(Optional<AuthOutcome> outcome) {
    switch (outcome.orElse(FAILED)) {
      case Accepted(String username) -> accept(username, Properties.NONE);
      case Rejected(Reason reason) -> refuse(reason, codeOf(reason), "");
    }
  }

  // Enhanced authentication (4.12).

  private void begin(String method, EnhancedAuthenticator authenticator) {
    Exchange begun =
        new Exchange(
            authenticator,
            method,
            attempt(),
            Optional.empty(),
            owner.shard(),
            services.broker().counters(),
            step -> answered(method, step));
    exchange = begun;
    begun.next(connect.properties());
  }

  private void answered(String method, AuthStep step) {
    switch (step) {
      case AuthStep.Continue(Optional<byte[]> data) -> challenge(method, data);
      case AuthStep.Accepted(String username, Optional<byte[]> data) -> {
        claimed = Optional.of(username).filter(name -> !name.isEmpty());
        accept(username, Exchange.properties(method, data));
      }
      case AuthStep.Rejected(Reason reason, String username) -> {
        claimed = Optional.of(username).filter(name -> !name.isEmpty());
        refuse(reason, codeOf(reason), ""); // MQTT-4.12.0-4
      }
    }
  }

  private void challenge(String method, Optional<byte[]> data) {
    Auth auth = Exchange.auth(ReasonCode.CONTINUE_AUTHENTICATION, method, data); // MQTT-4.12.0-2
    if (!isWelcome(auth)) {
      refuse(Reason.AUTH_FAILED, ReasonCode.SERVER_UNAVAILABLE, TOO_LARGE);
      return;
    }
    write(auth);
    awaitsClient = true;
    owner.connection().autoRead(true);
  }

  /** Whether the client is to speak: then it is read, else what it sends waits. */
  boolean awaitsClient() {
    return awaitsClient;
  }

  @Override
  public void packet(MqttPacket packet) {
    if (!awaitsClient) {
      return; // Reading is off: only what is drained behind a closed socket comes here.
    }
    awaitsClient = false;
    switch (packet) {
      case Auth auth
          when Exchange.isTurn(
              auth,
              ReasonCode.CONTINUE_AUTHENTICATION,
              connect.properties().string(Property.AUTHENTICATION_METHOD).orElse("")) -> {
        Objects.requireNonNull(exchange).next(auth.properties()); // MQTT-4.12.0-3
        if (owner.isIn(this) && !awaitsClient) {
          owner.connection().autoRead(false);
        }
      }
      case Auth auth ->
          breach("AUTH with " + auth.code() + ", or of another method"); // MQTT-4.12.0-5
      case Disconnect gone -> {
        finish();
        owner.become(new Closed());
        owner.connection().close(Reason.CLIENT_DISCONNECT);
      }
      default ->
          breach(
              packet.getClass().getSimpleName().toUpperCase(Locale.ROOT)
                  + " before CONNACK"); // MQTT-3.1.2-30
    }
  }

  private void breach(String what) {
    refuse(Reason.BAD_AUTH_EXCHANGE, ReasonCode.PROTOCOL_ERROR, what);
  }

  @Override
  public void malformed(MalformedPacketException cause, Optional<MqttVersion> version) {
    if (awaitsClient) {
      refuse(Reason.BAD_AUTH_EXCHANGE, cause.code(), String.valueOf(cause.getMessage()));
    }
  }

  /** Checks that need nobody else; answers and returns false if one fails. */
  private boolean isFormAcceptable() {
    Limits limits = services.broker().limits();
    MqttVersion version = connect.version();
    if (services.stopping().get()) {
      return no(Reason.SHUTTING_DOWN, ReasonCode.SERVER_UNAVAILABLE, ""); // 3.2.2-8
    }
    if (connect.clientId().isEmpty() && !limits.emptyClientIds()) {
      return no(
          Reason.BAD_CLIENT_ID,
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          "mqtt.allow_empty_client_id = false"); // 3.1.3-8
    }
    if (connect.clientId().isEmpty()
        && (version == MqttVersion.V3_1
            || version == MqttVersion.V3_1_1 && !connect.cleanStart())) {
      return no(
          Reason.BAD_CLIENT_ID,
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          "an empty client id needs clean session"); // 3.1.1: 3.1.3-8
    }
    Optional<String> method = connect.properties().string(Property.AUTHENTICATION_METHOD);
    if (method.isPresent() && !services.methods().containsKey(method.get())) {
      return no(
          Reason.BAD_AUTH_METHOD,
          ReasonCode.BAD_AUTHENTICATION_METHOD, // MQTT-4.12.0-1
          "authentication method " + method.get());
    }
    Optional<String> storeProblem = services.broker().storage().problem();
    if (storeProblem.isPresent() && (ClientTerms.sessionExpiry(connect, limits) > 0 || isKept())) {
      return no(Reason.STORE_UNAVAILABLE, ReasonCode.QUOTA_EXCEEDED, storeProblem.get());
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
      if (will.qos() > limits.maxQos()) {
        return no(Reason.WILL_REFUSED, ReasonCode.QOS_NOT_SUPPORTED, "will QoS"); // 3.2.2-12
      }
      if (will.retain() && !limits.retainAvailable()) {
        return no(Reason.WILL_REFUSED, ReasonCode.RETAIN_NOT_SUPPORTED, "will retain"); // 3.2.2-13
      }
      if (limits.validatePayloadFormat()
          && !Records.isOfItsFormat(will.payload(), will.properties())) {
        return no(
            Reason.WILL_REFUSED, ReasonCode.PAYLOAD_FORMAT_INVALID, "will payload"); // 3.1.3.2.3
      }
    }
    return true;
  }

  /** Whether the client asks for a session that the store has. */
  private boolean isKept() {
    return !connect.cleanStart()
        && services
            .broker()
            .storage()
            .sessions()
            .get(connect.clientId())
            .filter(stored -> stored.expiryInterval() > 0)
            .isPresent();
  }

  private boolean no(Reason reason, ReasonCode code, String detail) {
    refuse(reason, code, detail);
    return false;
  }

  /**
   * @param proof what CONNACK says of the authentication
   */
  private void accept(String username, Properties proof) {
    if (services.stopping().get()) {
      refuse(Reason.SHUTTING_DOWN, ReasonCode.SERVER_UNAVAILABLE, "");
      return;
    }
    if (!services.sessions().hasRoomFor(clientId)) {
      refuse(
          Reason.SESSION_LIMIT,
          ReasonCode.QUOTA_EXCEEDED,
          "mqtt.max_sessions = " + services.broker().limits().maxSessions());
      return;
    }
    Authorizer.Subject subject =
        new Authorizer.Subject(clientId, username, owner.connection().endpoint());
    Optional<Will> will = connect.will();
    if (will.isPresent() && SysAccess.isBridgeNotification(will.get().topic())) {
      services.broker().counters().count(Counters.Event.BRIDGE_NOTIFICATIONS);
    } else if (will.isPresent()
        && (Inbound.isReserved(will.get().topic())
            || !services
                .broker()
                .authorizer()
                .mayPublish(subject, will.get().topic(), will.get().qos(), will.get().retain()))) {
      refuse(Reason.WILL_REFUSED, ReasonCode.NOT_AUTHORIZED, "not authorized for the will topic");
      return;
    }
    ClientTerms terms =
        ClientTerms.of(
            connect,
            services.broker().limits(),
            subject,
            proof,
            services.broker().clock().instant());
    if (!isWelcome(terms.connack(true))) {
      refuse(Reason.CONNACK_TOO_LARGE, ReasonCode.PACKET_TOO_LARGE, "");
      return;
    }
    finish();
    owner.connection().accepted();
    Active active = new Active(owner, terms, subject, this::goOn);
    services.open().add(owner);
    services.broker().counters().connected(services.open().size());
    services
        .sessions()
        .claim(new Sessions.Claim(clientId, connect.cleanStart(), active), owner.shard());
  }

  /**
   * The session is there and CONNACK is written: what the client sent meanwhile has its turn now.
   */
  private void goOn(Active active) {
    owner.become(active);
    if (!connect.clientId().isEmpty()) {
      services.refusals().accepted(owner.connection().endpoint(), clientId);
    }
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
                claimed.or(connect::username),
                connect.password().isPresent(),
                endpoint.tls().isPresent(),
                () -> detail));
    Connack answer = new Connack(false, code, Properties.NONE); // 3.2.2-6
    if (maySay(answer)) {
      write(answer);
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
    return isWelcome(answer);
  }

  private void write(MqttPacket packet) {
    owner.write(packet, connect.version());
  }

  /** Whether the client takes a packet of this size (3.1.2-24). */
  private boolean isWelcome(MqttPacket packet) {
    return MqttEncoder.size(packet, connect.version())
        <= connect.properties().number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE);
  }

  private void finish() {
    decided = true;
    awaitsClient = false;
    question.withdraw(); // Nobody needs to work on it any more.
    if (exchange != null) {
      exchange.end();
    }
    owner.shard().deadlines().cancel(deadline);
  }

  private static ReasonCode codeOf(Reason reason) {
    return switch (reason) {
      case NO_CREDENTIALS, NOT_AUTHORIZED, BAD_AUTH_EXCHANGE, AUTH_TIMEOUT ->
          ReasonCode.NOT_AUTHORIZED;
      case BAD_CLIENT_ID -> ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
      case BAD_AUTH_METHOD -> ReasonCode.BAD_AUTHENTICATION_METHOD;
      case AUTH_BUSY -> ReasonCode.SERVER_BUSY;
      case AUTH_FAILED -> ReasonCode.SERVER_UNAVAILABLE;
      default -> ReasonCode.BAD_USER_NAME_OR_PASSWORD;
    };
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

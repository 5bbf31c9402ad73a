package io.strmqtt.core.connection;

import io.strmqtt.api.auth.Authenticator;
import io.strmqtt.api.auth.EnhancedAuthenticator;
import io.strmqtt.core.Refusals;
import io.strmqtt.core.session.Broker;
import io.strmqtt.core.session.Sessions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * What all connections share. Each part is safe on every thread.
 *
 * @param authenticator if none, and there are no methods either, every CONNECT is let in
 * @param methods who serves which method of enhanced authentication
 * @param allowAnonymous whether a CONNECT without credentials is let in
 * @param clientIds makes client ids for those who have none
 * @param all every connection, for the goodbye
 * @param open the connections whose CONNECT was accepted
 * @param stopping whether the broker is shutting down
 */
public record Services(
    Broker broker,
    Sessions sessions,
    Refusals refusals,
    Optional<Authenticator> authenticator,
    Map<String, EnhancedAuthenticator> methods,
    boolean allowAnonymous,
    Supplier<String> clientIds,
    Set<MqttConnection> all,
    Set<MqttConnection> open,
    AtomicInteger pending,
    AtomicBoolean stopping) {

  /** Whether nobody asks who a client is. */
  boolean isOpen() {
    return authenticator.isEmpty() && methods.isEmpty();
  }
}

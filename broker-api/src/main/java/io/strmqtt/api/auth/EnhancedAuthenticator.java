package io.strmqtt.api.auth;

import java.util.Optional;
import java.util.Set;

/**
 * Decides by an exchange of messages who a client is: the enhanced authentication of MQTT 5
 * (section 4.12), by AUTH packets. Serves clients whose CONNECT names one of its methods; clients
 * that name none are for the {@link Authenticator}. Thread-safe.
 *
 * <p>The broker minds the protocol: that the client speaks when it is its turn, of the same method,
 * and that the whole exchange takes no longer than the CONNECT time-out.
 */
public interface EnhancedAuthenticator extends AutoCloseable {
  /**
   * The authentication methods it serves, as clients name them, such as {@code SCRAM-SHA-256};
   * always the same, at least one. No two authenticators of a broker may serve the same.
   */
  Set<String> methods();

  /**
   * Begins an exchange. Called on an event loop: must not block. An exception refuses the client
   * with {@code AUTH_FAILED}.
   *
   * @param method one of {@link #methods}
   * @param attempt the client's CONNECT; in a re-authentication without a password, and with the
   *     user name the client was accepted by
   * @param current the user name of a client that is in already and authenticates once more
   *     (section 4.12.1); none if it connects
   */
  AuthExchange begin(String method, ConnectAttempt attempt, Optional<String> current);

  /** Called once, after the last connection is closed. */
  @Override
  default void close() {}
}

package io.strmqtt.api.auth;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProtocolVersion;
import java.util.Optional;

/**
 * A CONNECT that waits for a decision.
 *
 * @param clientId as sent, or the one assigned by the broker if it was empty
 * @param username as sent
 * @param password as sent; raw bytes, never to be logged
 * @param version the MQTT version
 * @param cleanStart whether a stored session is to be discarded
 * @param endpoint where the client really is, and its TLS session
 */
public record ConnectAttempt(
    String clientId,
    Optional<String> username,
    Optional<byte[]> password,
    ProtocolVersion version,
    boolean cleanStart,
    ClientEndpoint endpoint) {

  /**
   * The user name by a client certificate that a trusted proxy verified, if the listener is
   * configured to tell it and this broker has not seen one itself ({@link
   * ClientEndpoint#proxyIdentity}). An authenticator may take it for the user's.
   */
  public Optional<String> proxyIdentity() {
    return endpoint.proxyIdentity();
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "ConnectAttempt[clientId="
        + clientId
        + ", username="
        + username
        + ", "
        + endpoint.toLog()
        + "]";
  }
}

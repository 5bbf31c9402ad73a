package io.strmqtt.core;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import java.util.Optional;

/**
 * An attempt to connect that was turned away.
 *
 * @param clientId if the attempt named one
 * @param username if the attempt named one
 * @param tlsUsed whether the client spoke TLS to the broker, or tried to
 * @param detail what exactly was wrong, and what to do about it; may be empty
 */
public record Refusal(
    ClientEndpoint endpoint,
    Reason reason,
    Optional<String> clientId,
    Optional<String> username,
    boolean passwordProvided,
    boolean tlsUsed,
    String detail) {

  /** A refusal before CONNECT was read. */
  public static Refusal early(
      ClientEndpoint endpoint, Reason reason, boolean tlsUsed, String detail) {
    return new Refusal(
        endpoint, reason, Optional.empty(), Optional.empty(), false, tlsUsed, detail);
  }
}

package io.strmqtt.core;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * An attempt to connect that was turned away.
 *
 * @param clientId if the attempt named one
 * @param username if the attempt named one
 * @param tlsUsed whether the client spoke TLS to the broker, or tried to
 * @param detail what exactly was wrong, and what to do about it; may be empty. Asked for once, and
 *     only if a line is written
 */
public record Refusal(
    ClientEndpoint endpoint,
    Reason reason,
    Optional<String> clientId,
    Optional<String> username,
    boolean passwordProvided,
    boolean tlsUsed,
    Supplier<String> detail) {

  /** A refusal before CONNECT was read. */
  public static Refusal early(
      ClientEndpoint endpoint, Reason reason, boolean tlsUsed, Supplier<String> detail) {
    return new Refusal(
        endpoint, reason, Optional.empty(), Optional.empty(), false, tlsUsed, detail);
  }
}

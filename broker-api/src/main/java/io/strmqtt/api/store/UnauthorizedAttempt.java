package io.strmqtt.api.store;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import java.time.Instant;
import java.util.Optional;

/**
 * One refused attempt to connect. What a store keeps of it is bounded: of a client id or user name
 * of more than 256 characters the first 256, an ellipsis and 16 digits of a hash, which is longer
 * than any that is kept whole; of the PROXY header its version and kind.
 *
 * @param clientId if the attempt came so far as to name one
 * @param username as sent, if any
 * @param passwordProvided whether a password was sent; the password itself is never kept
 * @param tlsUsed whether the listener speaks TLS and the client began a handshake
 */
public record UnauthorizedAttempt(
    Optional<String> clientId,
    ClientEndpoint endpoint,
    Optional<String> username,
    boolean passwordProvided,
    boolean tlsUsed,
    Reason reason,
    Instant at) {}

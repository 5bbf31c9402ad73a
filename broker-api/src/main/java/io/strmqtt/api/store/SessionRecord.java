package io.strmqtt.api.store;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.api.Reason;
import java.time.Instant;
import java.util.Optional;

/**
 * A session, as operators see it.
 *
 * @param username as the authenticator decided; may be empty
 * @param endpoint of the current connection, or of the last one
 * @param keepAlive in seconds, in force; 0 is none
 * @param expiryInterval in seconds after the connection ends; {@link #NEVER} is for ever (MQTT 5,
 *     3.1.2.11.2)
 * @param connectedAt when the current, or the last, connection was accepted
 * @param disconnectedAt when the last connection ended; absent while connected
 * @param disconnectReason why it ended; absent while connected
 */
public record SessionRecord(
    String clientId,
    String username,
    ProtocolVersion version,
    boolean connected,
    ClientEndpoint endpoint,
    boolean cleanStart,
    int keepAlive,
    long expiryInterval,
    Instant connectedAt,
    Optional<Instant> disconnectedAt,
    Optional<Reason> disconnectReason) {

  /** The session expiry interval that means for ever. */
  public static final long NEVER = 0xFFFF_FFFFL;

  /** The same session without its connection. */
  public SessionRecord disconnected(Instant at, Reason why) {
    return new SessionRecord(
        clientId,
        username,
        version,
        false,
        endpoint,
        cleanStart,
        keepAlive,
        expiryInterval,
        connectedAt,
        Optional.of(at),
        Optional.of(why));
  }

  /** The same session with another session expiry interval, in seconds. */
  public SessionRecord expiringAfter(long seconds) {
    return new SessionRecord(
        clientId,
        username,
        version,
        connected,
        endpoint,
        cleanStart,
        keepAlive,
        seconds,
        connectedAt,
        disconnectedAt,
        disconnectReason);
  }
}

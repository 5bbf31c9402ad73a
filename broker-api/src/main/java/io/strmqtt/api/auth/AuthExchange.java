package io.strmqtt.api.auth;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * One enhanced authentication of one client. Its methods are called one at a time, on the
 * connection's event loop, and must not block.
 */
public interface AuthExchange extends AutoCloseable {
  /**
   * Answers one message of the client: that of CONNECT, or of AUTH with 0x19, first, then that of
   * each AUTH with 0x18. Not called again before the step is complete, nor after {@link
   * AuthStep.Accepted} or {@link AuthStep.Rejected}.
   *
   * <p>The step may be completed on any thread. An exception, thrown or in the stage, ends the
   * exchange with {@code AUTH_FAILED}. A stage whose step nobody waits for any more is cancelled.
   *
   * @param data the authentication data the client sent, if any: before the client is accepted,
   *     never more than {@code mqtt.max_connect_size}; not to be modified, nor logged
   */
  CompletionStage<AuthStep> next(Optional<byte[]> data);

  /**
   * Called once, when the exchange is over: after its last step, or before it if the client has
   * left, broken the protocol or run out of time.
   */
  @Override
  default void close() {}
}

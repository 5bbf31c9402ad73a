package io.strmqtt.api.auth;

import java.util.concurrent.CompletionStage;

/**
 * Decides whether a CONNECT is who it claims to be, by its user name and password. Thread-safe.
 * Those that name an authentication method are for the {@link EnhancedAuthenticator}.
 */
public interface Authenticator extends AutoCloseable {
  /**
   * Called on an event loop: must not block. The outcome may be completed on any thread. An
   * exception, thrown or in the stage, refuses the client with {@code AUTH_FAILED}; a stage that is
   * not complete within the CONNECT time-out likewise. A stage whose outcome nobody waits for any
   * more is cancelled.
   */
  CompletionStage<AuthOutcome> authenticate(ConnectAttempt attempt);

  /** Called once, after the last connection is closed. */
  @Override
  default void close() {}
}

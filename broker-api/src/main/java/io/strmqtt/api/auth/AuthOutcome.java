package io.strmqtt.api.auth;

import io.strmqtt.api.Reason;
import java.util.Objects;

/** What an {@link Authenticator} decided. */
public sealed interface AuthOutcome {
  /**
   * The client is let in.
   *
   * @param username the name it is known by from now on: the one it gave, or one its credentials
   *     stand for; may be empty
   */
  record Accepted(String username) implements AuthOutcome {
    public Accepted {
      Objects.requireNonNull(username);
    }
  }

  /**
   * The client is refused.
   *
   * @param reason {@code BAD_CREDENTIALS}, {@code NO_CREDENTIALS}, {@code NOT_AUTHORIZED}, {@code
   *     BAD_CLIENT_ID}, {@code BAD_AUTH_METHOD}, {@code AUTH_BUSY} or {@code AUTH_FAILED}
   */
  record Rejected(Reason reason) implements AuthOutcome {
    public Rejected {
      if (reason.kind() != Reason.Kind.REFUSAL) {
        throw new IllegalArgumentException(reason + " does not refuse a connection");
      }
    }
  }
}

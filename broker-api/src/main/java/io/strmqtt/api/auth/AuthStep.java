package io.strmqtt.api.auth;

import io.strmqtt.api.Reason;
import java.util.Objects;
import java.util.Optional;

/** What an {@link AuthExchange} answers to one message of the client. */
public sealed interface AuthStep {
  /**
   * The client is to answer: AUTH with 0x18 (MQTT 5, section 3.15).
   *
   * @param data the authentication data it is sent, 0 to 65535 bytes; not to be modified later
   */
  record Continue(Optional<byte[]> data) implements AuthStep {
    public Continue {
      checkSize(data);
    }

    public Continue(byte[] data) {
      this(Optional.of(data));
    }
  }

  /**
   * The client is who it claims to be: it is let in, or stays.
   *
   * @param username the name it is known by from now on; may be empty. A re-authentication that
   *     ends with another name than before counts as failed
   * @param data the authentication data of the last packet, 0 to 65535 bytes, in CONNACK or in AUTH
   *     with 0x00; not to be modified later
   */
  record Accepted(String username, Optional<byte[]> data) implements AuthStep {
    public Accepted {
      Objects.requireNonNull(username);
      checkSize(data);
    }
  }

  /**
   * The client is refused; one that was in already is disconnected.
   *
   * @param reason any of those of {@link AuthOutcome.Rejected}, or {@code BAD_AUTH_EXCHANGE}
   * @param username who it claims to be, for the record of refused clients; may be empty
   */
  record Rejected(Reason reason, String username) implements AuthStep {
    public Rejected {
      Objects.requireNonNull(username);
      if (reason.kind() != Reason.Kind.REFUSAL) {
        throw new IllegalArgumentException(reason + " does not refuse a connection");
      }
    }

    public Rejected(Reason reason) {
      this(reason, "");
    }
  }

  private static void checkSize(Optional<byte[]> data) {
    if (data.isPresent() && data.get().length > 65_535) { // MQTT 5, section 1.5.6
      throw new IllegalArgumentException(
          data.get().length + " bytes of authentication data, 65535 are possible");
    }
  }
}

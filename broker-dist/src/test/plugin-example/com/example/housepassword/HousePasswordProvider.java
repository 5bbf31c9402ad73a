package com.example.housepassword;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.strmqtt.api.Reason;
import io.strmqtt.api.Settings;
import io.strmqtt.api.auth.AuthOutcome;
import io.strmqtt.api.auth.Authenticator;
import io.strmqtt.api.auth.AuthenticatorProvider;
import io.strmqtt.api.auth.ConnectAttempt;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;

/**
 * Lets in whoever knows the password of the house:
 *
 * <pre>
 * authentication {
 *   authenticator = house-password
 *   house-password { password = "..." }
 * }
 * </pre>
 */
public final class HousePasswordProvider implements AuthenticatorProvider {
  @Override
  public String name() {
    return "house-password";
  }

  @Override
  public Authenticator create(Settings settings) {
    byte[] password = settings.requireString("password").getBytes(UTF_8);
    // Nothing here blocks, so the answer is ready at once; one that asks a server would complete it later.
    return attempt -> CompletableFuture.completedFuture(decide(attempt, password));
  }

  private static AuthOutcome decide(ConnectAttempt attempt, byte[] password) {
    if (attempt.password().isEmpty()) {
      return new AuthOutcome.Rejected(Reason.NO_CREDENTIALS);
    }
    return MessageDigest.isEqual(attempt.password().get(), password)
        ? new AuthOutcome.Accepted(attempt.username().orElse(""))
        : new AuthOutcome.Rejected(Reason.BAD_CREDENTIALS);
  }
}

package io.strmqtt.core.auth;

import io.strmqtt.api.Settings;
import io.strmqtt.api.auth.Authenticator;
import io.strmqtt.api.auth.AuthenticatorProvider;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;

/**
 * The provider {@code password-file}. Settings:
 *
 * <ul>
 *   <li>{@code file}: the path, required. One {@code username:hash} per line, hashes as of {@link
 *       PasswordHash}; {@code #} begins a comment line. Read once. Users that have hashes for SCRAM
 *       only cannot log in here.
 *   <li>{@code threads}: how many passwords are hashed at a time, 1 to 256; default half the
 *       processors, at least 1.
 *   <li>{@code queue}: how many attempts may wait for that, 1 to 1,000,000, default 1000; more are
 *       refused with {@code AUTH_BUSY}.
 *   <li>{@code remember_verified}: whether the password that was last verified for a user is kept
 *       in memory as a salted SHA-256 digest, so that clients that reconnect cost no hashing;
 *       default true.
 * </ul>
 */
public final class PasswordFileAuthenticatorProvider implements AuthenticatorProvider {
  /** For ServiceLoader. */
  public PasswordFileAuthenticatorProvider() {}

  @Override
  public String name() {
    return "password-file";
  }

  @Override
  public Authenticator create(Settings settings) {
    Path file = settings.requirePath("file");
    int threads =
        settings.integer(
            "threads", Math.max(1, Runtime.getRuntime().availableProcessors() / 2), 1, 256);
    int queue = settings.integer("queue", 1000, 1, 1_000_000);
    boolean remember = settings.bool("remember_verified", true);
    Map<String, PasswordHash> hashes = new HashMap<>();
    try {
      PasswordFile.read(file)
          .forEach((name, user) -> user.hash().ifPresent(hash -> hashes.put(name, hash)));
    } catch (PasswordFile.Unusable e) {
      throw new Settings.Invalid("file", String.valueOf(e.getMessage()));
    }
    PasswordFileAuthenticator authenticator =
        new PasswordFileAuthenticator(
            hashes,
            PasswordFileAuthenticator.threads(threads, queue),
            remember,
            new SecureRandom());
    authenticator.warmUp();
    return authenticator;
  }
}

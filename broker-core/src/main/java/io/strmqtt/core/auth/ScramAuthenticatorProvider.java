package io.strmqtt.core.auth;

import io.strmqtt.api.Settings;
import io.strmqtt.api.auth.EnhancedAuthenticator;
import io.strmqtt.api.auth.EnhancedAuthenticatorProvider;
import io.strmqtt.core.LogText;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The provider {@code scram}: SCRAM-SHA-256 and SCRAM-SHA-512 (RFC 5802, RFC 7677). Settings:
 *
 * <ul>
 *   <li>{@code file}: the path of a password file, required; may be that of {@code password-file}.
 *       Counts only users with a {@link ScramCredential}. Read once.
 *   <li>{@code methods}: those that are served; default both.
 * </ul>
 */
public final class ScramAuthenticatorProvider implements EnhancedAuthenticatorProvider {
  private static final Logger LOG = LogManager.getLogger(ScramAuthenticatorProvider.class);

  /** For ServiceLoader. */
  public ScramAuthenticatorProvider() {}

  @Override
  public String name() {
    return "scram";
  }

  @Override
  public EnhancedAuthenticator create(Settings settings) {
    Path file = settings.requirePath("file");
    List<String> all = ScramMechanism.ALL.stream().map(ScramMechanism::name).toList();
    List<String> methods = settings.strings("methods", all);
    if (methods.isEmpty() || !all.containsAll(methods)) {
      throw new Settings.Invalid(
          "methods", "expected one or more of " + String.join(", ", all) + ", found " + methods);
    }
    Map<String, List<ScramCredential>> users = new HashMap<>();
    try {
      PasswordFile.read(file).forEach((name, user) -> users.put(name, user.scram()));
    } catch (PasswordFile.Unusable e) {
      throw new Settings.Invalid("file", String.valueOf(e.getMessage()));
    }
    ScramAuthenticator authenticator =
        new ScramAuthenticator(
            ScramMechanism.ALL.stream().filter(each -> methods.contains(each.name())).toList(),
            users,
            new SecureRandom());
    for (String method : authenticator.methods()) {
      if (authenticator.users(method) == 0) {
        LOG.warn(
            "event=scram_without_users method={} file={}", method, LogText.of(file.toString()));
      }
    }
    return authenticator;
  }
}

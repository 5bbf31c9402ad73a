package io.strmqtt.dist.config;

import io.strmqtt.api.Settings;

/**
 * A setting that only shows to be unusable when the broker is put together: a provider's own, or
 * the name of one that does not exist. Thrown while starting; ends in one line with the setting's
 * origin, and exit code 78.
 */
public final class InvalidSetting extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String path;

  /**
   * @param path the key, such as {@code authentication.authenticator}
   * @param problem what was expected and what was found
   */
  public InvalidSetting(String path, String problem) {
    super(problem, null, false, false);
    this.path = path;
  }

  /**
   * What a provider refused.
   *
   * @param section its section, such as {@code authentication.password-file}
   * @param cause what it said
   */
  public InvalidSetting(String section, Settings.Invalid cause) {
    this(section + "." + cause.key(), String.valueOf(cause.getMessage()));
  }

  public String path() {
    return path;
  }
}

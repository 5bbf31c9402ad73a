package io.strmqtt.api.auth;

import io.strmqtt.api.Settings;

/**
 * Makes an {@link Authenticator}; found by ServiceLoader, chosen by {@code
 * authentication.authenticator = <name>}.
 */
public interface AuthenticatorProvider {
  /**
   * The name in the configuration, and of its section below {@code authentication}; unique, {@code
   * [a-z0-9-]+}.
   */
  String name();

  /**
   * @param settings the section {@code authentication.<name>}
   * @throws Settings.Invalid if a setting cannot be used: the broker does not start
   */
  Authenticator create(Settings settings);
}

package io.strmqtt.api.auth;

import io.strmqtt.api.Settings;

/**
 * Makes an {@link EnhancedAuthenticator}; found by ServiceLoader, chosen by {@code
 * authentication.enhanced = [<name>, ...]}.
 */
public interface EnhancedAuthenticatorProvider {
  /**
   * The name in the configuration, and of its section below {@code authentication}; unique, {@code
   * [a-z0-9-]+}.
   */
  String name();

  /**
   * @param settings the section {@code authentication.<name>}
   * @throws Settings.Invalid if a setting cannot be used: the broker does not start
   */
  EnhancedAuthenticator create(Settings settings);
}

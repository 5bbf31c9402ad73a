package io.strmqtt.api.auth;

import io.strmqtt.api.Settings;

/**
 * Makes an {@link Authorizer}; found by ServiceLoader, chosen by {@code authorization.authorizer =
 * <name>}.
 */
public interface AuthorizerProvider {
  /**
   * The name in the configuration, and of its section below {@code authorization}; unique, {@code
   * [a-z0-9-]+}.
   */
  String name();

  /**
   * @param settings the section {@code authorization.<name>}
   * @throws Settings.Invalid if a setting cannot be used: the broker does not start
   */
  Authorizer create(Settings settings);
}

package io.strmqtt.api.auth;

import io.strmqtt.api.ClientEndpoint;

/**
 * Decides what an accepted client may do. Thread-safe; called on event loops for each publication:
 * must not block.
 */
public interface Authorizer extends AutoCloseable {
  /** Whether the client may publish to the topic name. */
  boolean mayPublish(Subject subject, String topic, int qos, boolean retain);

  /**
   * Whether the client may subscribe to the topic filter ({@code $share/name/} already taken off).
   */
  boolean maySubscribe(Subject subject, String filter, int qos);

  /** Called once, after the last connection is closed. */
  @Override
  default void close() {}

  /**
   * Who asks.
   *
   * @param username as the authenticator decided; may be empty
   */
  record Subject(String clientId, String username, ClientEndpoint endpoint) {}
}

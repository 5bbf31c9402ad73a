package io.strmqtt.transport;

import io.strmqtt.api.Reason;

/** A kind of listener; found by ServiceLoader, chosen by the listener's type. */
public interface TransportProvider {
  /** The type in the configuration: {@code tcp}, {@code ssl}, {@code ws} or {@code wss}. */
  String type();

  /** Whether listeners of this type need {@link ListenerSettings#tls}. */
  boolean usesTls();

  /** What a client that says nothing has failed to do. */
  Reason owedFirst();

  /**
   * Builds what stands between the PROXY header and MQTT, by calling {@link Setup#thenTls}, {@link
   * Setup#thenWebSocket} and {@link Setup#thenMqtt} in the order the client speaks them. On the
   * channel's loop.
   */
  void install(Setup setup);
}

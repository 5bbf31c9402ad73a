package io.strmqtt.transport;

import io.strmqtt.api.Reason;

/** MQTT over WebSocket over TLS. */
public final class WssTransport implements TransportProvider {
  @Override
  public String type() {
    return "wss";
  }

  @Override
  public boolean usesTls() {
    return true;
  }

  @Override
  public Reason owedFirst() {
    return Reason.TLS_TIMEOUT;
  }

  @Override
  public void install(Setup setup) {
    setup.thenTls(() -> setup.thenWebSocket(setup::thenMqtt));
  }
}

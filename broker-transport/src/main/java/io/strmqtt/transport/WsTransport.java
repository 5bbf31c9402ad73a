package io.strmqtt.transport;

import io.strmqtt.api.Reason;

/** MQTT over WebSocket. */
public final class WsTransport implements TransportProvider {
  @Override
  public String type() {
    return "ws";
  }

  @Override
  public boolean usesTls() {
    return false;
  }

  @Override
  public Reason owedFirst() {
    return Reason.HTTP_TIMEOUT;
  }

  @Override
  public void install(Setup setup) {
    setup.thenWebSocket(setup::thenMqtt);
  }
}

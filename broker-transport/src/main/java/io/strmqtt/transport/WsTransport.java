package io.strmqtt.transport;

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
  public void install(Setup setup) {
    setup.thenWebSocket(setup::thenMqtt);
  }
}

package io.strmqtt.transport;

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
  public void install(Setup setup) {
    setup.thenTls(() -> setup.thenWebSocket(setup::thenMqtt));
  }
}

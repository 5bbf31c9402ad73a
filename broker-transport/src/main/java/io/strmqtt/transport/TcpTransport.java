package io.strmqtt.transport;

import io.strmqtt.api.Reason;

/** MQTT over TCP. */
public final class TcpTransport implements TransportProvider {
  @Override
  public String type() {
    return "tcp";
  }

  @Override
  public boolean usesTls() {
    return false;
  }

  @Override
  public Reason owedFirst() {
    return Reason.CONNECT_TIMEOUT;
  }

  @Override
  public void install(Setup setup) {
    setup.thenMqtt();
  }
}

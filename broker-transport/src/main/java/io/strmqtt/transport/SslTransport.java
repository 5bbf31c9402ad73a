package io.strmqtt.transport;

import io.strmqtt.api.Reason;

/** MQTT over TLS. */
public final class SslTransport implements TransportProvider {
  @Override
  public String type() {
    return "ssl";
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
    setup.thenTls(setup::thenMqtt);
  }
}

package io.strmqtt.transport;

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
  public void install(Setup setup) {
    setup.thenTls(setup::thenMqtt);
  }
}

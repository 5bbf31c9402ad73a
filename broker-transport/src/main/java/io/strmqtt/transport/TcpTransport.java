package io.strmqtt.transport;

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
  public void install(Setup setup) {
    setup.thenMqtt();
  }
}

package io.strmqtt.admin;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.Set;

/**
 * The web server's HTTP/1.1, for connections that may begin with {@link Http10}. It is the only
 * protocol of its server, so nobody asks whether it supports the bytes of a connection.
 */
record Http1Connections(Http1Config config, ServerConnectionSelector http1)
    implements ServerConnectionSelector {

  static Http1Connections with(Http1Config config) {
    return new Http1Connections(config, Http1ConnectionSelector.builder().config(config).build());
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    return http1.connection(Http10.accept(context, config.maxPrologueLength()));
  }

  @Override
  public int bytesToIdentifyConnection() {
    return http1.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData request) {
    return http1.supports(request);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http1.supportedApplicationProtocols();
  }
}

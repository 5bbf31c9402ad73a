package io.strmqtt.admin;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http1.Http1Config;
import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.admin.AdminProvider;
import io.strmqtt.api.admin.BrokerView;
import io.strmqtt.api.admin.Reload;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** The provider {@code http}: the API on Helidon's web server. */
public final class HttpAdminProvider implements AdminProvider {
  // a client id has up to 65,535 bytes (MQTT 5, 1.5.4), each of them up to three characters in a
  // URL
  private static final int MAX_REQUEST_LINE = 3 * 65_535 + 1024;
  private static final int MAX_CONNECTIONS = 256;

  // held, since the JDK forgets the level of a logger that nobody holds
  private static final Logger HELIDON = Logger.getLogger("io.helidon");
  private static final Logger HELIDON_START = Logger.getLogger("io.helidon.webserver.LoomServer");

  @Override
  public String name() {
    return "http";
  }

  /**
   * @throws IllegalArgumentException if the address is not a loopback address
   */
  @Override
  public AdminServer start(InetSocketAddress bind, BrokerView view, Reload reload) {
    if (bind.isUnresolved() || !bind.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "the HTTP API has no logins yet, so it does not bind to "
              + ClientEndpoint.text(bind)
              + " where others reach it: use a loopback address such as 127.0.0.1, and a tunnel from"
              + " elsewhere");
    }
    quietHelidon();
    WebServer server =
        WebServer.builder()
            .address(bind.getAddress())
            .port(bind.getPort())
            .shutdownHook(false)
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .addConnectionSelector(Http1Connections.with(http1()))
            .maxTcpConnections(MAX_CONNECTIONS)
            .idleConnectionTimeout(Duration.ofMinutes(1))
            .directHandlers(Unreadable.handlers())
            .routing(routing -> routing.any(new Api(view, reload)))
            .build();
    server.start();
    // a server that cannot bind says so in its log and nowhere else
    if (!server.isRunning()) {
      throw new UncheckedIOException(
          "admin cannot bind "
              + ClientEndpoint.text(bind)
              + "; change admin.bind_address or bind_port, or stop what uses it",
          new BindException());
    }
    return new Running(server, new InetSocketAddress(bind.getAddress(), server.port()));
  }

  /** The API looks at the Host header itself: health checks come without. */
  @SuppressWarnings("removal") // no other switch lets a request without a Host header pass
  private static Http1Config http1() {
    return Http1Config.builder()
        .maxPrologueLength(MAX_REQUEST_LINE)
        .validateRequestHostHeader(false)
        .build();
  }

  /**
   * The web server greets at INFO, and logs with stack traces a failed start that the caller
   * reports. Where another logging system has taken over, its configuration decides.
   */
  private static void quietHelidon() {
    if (LogManager.getLogManager().getClass() == LogManager.class && HELIDON.getLevel() == null) {
      HELIDON.setLevel(Level.WARNING);
      HELIDON_START.setLevel(Level.OFF);
    }
  }

  private record Running(WebServer server, InetSocketAddress address) implements AdminServer {
    @Override
    public void close() {
      server.stop();
    }
  }
}

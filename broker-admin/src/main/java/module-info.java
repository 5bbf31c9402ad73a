/**
 * The HTTP API on loopback. Optional: found by ServiceLoader; the broker runs without it. Sees the
 * broker through {@link io.strmqtt.api.admin.BrokerView} alone.
 */
module io.strmqtt.admin {
  requires io.helidon.webserver;
  requires io.strmqtt.api;
  requires java.logging;
  requires org.apache.logging.log4j;

  provides io.strmqtt.api.admin.AdminProvider with
      io.strmqtt.admin.HttpAdminProvider;
}

/**
 * The engine: connection phases, sessions, subscription index, router, quality of service, retained
 * messages, wills, limits. It meets the sockets in two small types, {@link
 * io.strmqtt.core.Connection} and {@link io.strmqtt.core.ConnectionHandler}.
 */
module io.strmqtt.core {
  requires io.netty.common;
  requires transitive io.netty.transport;
  requires transitive io.strmqtt.api;
  requires transitive io.strmqtt.mqtt;
  requires org.apache.logging.log4j;
  requires org.jctools.core;

  exports io.strmqtt.core;
  exports io.strmqtt.core.auth;

  provides io.strmqtt.api.auth.AuthenticatorProvider with
      io.strmqtt.core.auth.PasswordFileAuthenticatorProvider;
  provides io.strmqtt.api.auth.EnhancedAuthenticatorProvider with
      io.strmqtt.core.auth.ScramAuthenticatorProvider;
}

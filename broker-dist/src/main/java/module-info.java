/**
 * Main: commands, configuration, plugin loading and wiring. The only module that knows all the
 * others.
 */
module io.strmqtt.dist {
  requires info.picocli;
  requires io.netty.codec.haproxy;
  requires io.strmqtt.api;
  requires io.strmqtt.core;
  requires io.strmqtt.proxy;
  requires io.strmqtt.transport;
  requires org.apache.logging.log4j;
  requires jdk.unsupported;
  requires static org.jspecify;
  requires typesafe.config;

  uses io.strmqtt.api.admin.AdminProvider;
  uses io.strmqtt.api.auth.AuthenticatorProvider;
  uses io.strmqtt.api.auth.AuthorizerProvider;
  uses io.strmqtt.api.auth.EnhancedAuthenticatorProvider;
  uses io.strmqtt.api.store.StorageProvider;

  opens io.strmqtt.dist.cli to
      info.picocli;
  opens io.strmqtt.dist.cli.proxy to
      info.picocli;
}

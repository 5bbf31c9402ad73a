/**
 * Listeners and the four transports tcp, ssl, ws and wss, each a provider found by ServiceLoader. Knows pipelines; knows no
 * MQTT state.
 */
module io.strmqtt.transport {
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport.classes.epoll;
  requires transitive io.strmqtt.api;
  requires transitive io.strmqtt.core;
  requires io.strmqtt.proxy;
  requires org.apache.logging.log4j;

  exports io.strmqtt.transport;
}

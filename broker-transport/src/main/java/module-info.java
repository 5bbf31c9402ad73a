/**
 * Listeners and the four transports tcp, ssl, ws and wss, each a provider found by ServiceLoader.
 * Knows pipelines; knows no MQTT state.
 */
module io.strmqtt.transport {
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport.classes.epoll;
  requires org.apache.logging.log4j;
  requires transitive io.netty.transport;
  requires transitive io.strmqtt.api;
  requires transitive io.strmqtt.core;
  requires transitive io.strmqtt.proxy;

  exports io.strmqtt.transport;

  uses io.strmqtt.transport.TransportProvider;

  provides io.strmqtt.transport.TransportProvider with
      io.strmqtt.transport.TcpTransport,
      io.strmqtt.transport.SslTransport,
      io.strmqtt.transport.WsTransport,
      io.strmqtt.transport.WssTransport;
}

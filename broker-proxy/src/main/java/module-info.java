/**
 * The PROXY protocol: a strict parser of versions 1 and 2, the policy that says who is believed,
 * and the channel handler that takes the first look at every connection.
 */
module io.strmqtt.proxy {
  requires transitive io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.common;
  requires transitive io.netty.transport;
  requires transitive io.strmqtt.api;

  exports io.strmqtt.proxy;
}

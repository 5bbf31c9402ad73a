/**
 * MQTT as bytes and as values: packets, the codec of 3.1, 3.1.1 and 5.0 on {@code ByteBuf}, topic
 * names and filters. Knows nothing of connections, sessions or addresses.
 */
module io.strmqtt.mqtt {
  requires transitive io.netty.buffer;
  requires static transitive org.jspecify;

  exports io.strmqtt.mqtt.codec;
  exports io.strmqtt.mqtt.packet;
  exports io.strmqtt.mqtt.topic;
}

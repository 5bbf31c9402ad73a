package io.strmqtt.core;

import io.strmqtt.api.Reason;
import io.strmqtt.mqtt.codec.MalformedPacketException;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import java.util.Optional;

/** What a socket tells the engine. Every method runs on the connection's loop. */
public interface ConnectionHandler {
  /**
   * Asks whether a SUBSCRIBE or UNSUBSCRIBE of thousands of filters can be taken now. If it cannot,
   * the engine switches reading off, and on again once it can.
   */
  boolean takesManyFilters();

  void packet(MqttPacket packet);

  /**
   * The bytes are no MQTT; nothing more will be decoded.
   *
   * @param version of the connection, if a CONNECT has named a known one
   */
  void malformed(MalformedPacketException cause, Optional<MqttVersion> version);

  /** The bytes that were there have been read: time to flush. */
  void readComplete();

  void writabilityChanged();

  /**
   * The socket is closed; the last call.
   *
   * @param reason what the transport knows about it, such as a bad WebSocket frame
   */
  void lost(Optional<Reason> reason);
}

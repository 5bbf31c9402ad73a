package io.strmqtt.core.connection;

import io.strmqtt.api.Reason;
import io.strmqtt.mqtt.codec.MalformedPacketException;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import java.util.Optional;

/** What a connection is in the middle of. On the connection's loop. */
sealed interface Phase permits AwaitConnect, Authenticating, Active, Closed {
  void packet(MqttPacket packet);

  void malformed(MalformedPacketException cause, Optional<MqttVersion> version);

  /** The socket is closed. */
  void lost(Optional<Reason> reason);

  /** The broker stops. */
  void shutdown();

  default boolean takesManyFilters() {
    return true;
  }

  default void readComplete() {}

  default void writabilityChanged() {}
}

package io.strmqtt.core.connection;

import io.strmqtt.api.Reason;
import io.strmqtt.mqtt.codec.MalformedPacketException;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import java.util.Optional;

/** The last phase: whatever still comes is ignored (3.1.4-6, 3.14.4-1). */
record Closed() implements Phase {
  @Override
  public void packet(MqttPacket packet) {}

  @Override
  public void malformed(MalformedPacketException cause, Optional<MqttVersion> version) {}

  @Override
  public void lost(Optional<Reason> reason) {}

  @Override
  public void shutdown() {}
}

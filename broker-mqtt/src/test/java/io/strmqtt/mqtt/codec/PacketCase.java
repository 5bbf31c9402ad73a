package io.strmqtt.mqtt.codec;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.function.Supplier;

/**
 * A packet with a name, its bytes and what they mean.
 *
 * @param decoder who reads it, in which state
 */
sealed interface PacketCase {
  String name();

  Supplier<MqttDecoder> decoder();

  /**
   * Bytes that decode to the packet.
   *
   * @param canonical whether the packet also encodes to these bytes
   */
  record Good(
      String name,
      MqttVersion version,
      Supplier<MqttDecoder> decoder,
      String hex,
      boolean canonical,
      MqttPacket packet)
      implements PacketCase {
    @Override
    public String toString() {
      return name + " in " + version;
    }
  }

  /** Bytes that end the connection. */
  record Bad(String name, Supplier<MqttDecoder> decoder, String hex, ReasonCode code)
      implements PacketCase {
    @Override
    public String toString() {
      return name + " is " + code;
    }
  }
}

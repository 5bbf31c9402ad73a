package io.strmqtt.mqtt.codec;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;

/** A packet that the sender may send in the version. */
record Sample(MqttVersion version, PacketType.Sender sender, MqttPacket packet) {
  byte[] bytes() {
    return Wire.encode(packet, version);
  }

  /** A decoder that waits for this packet. */
  MqttDecoder decoder() {
    if (packet instanceof MqttPacket.Connect) {
      return Wire.newServer();
    }
    return sender == PacketType.Sender.CLIENT ? Wire.server(version) : Wire.client(version);
  }

  @Override
  public String toString() {
    return sender + " " + version + " " + PacketText.of(packet);
  }
}

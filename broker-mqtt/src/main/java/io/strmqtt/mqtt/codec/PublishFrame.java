package io.strmqtt.mqtt.codec;

import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;

/**
 * A PUBLISH as one array, encoded once for all its subscribers. A copy for a subscriber with QoS 1
 * or 2 needs its packet identifier written at {@link #packetIdIndex}, and {@link #DUP} set in byte
 * 0 if it is a retransmission.
 *
 * <p>For any thread.
 */
public final class PublishFrame {
  /** The DUP flag in byte 0. */
  public static final byte DUP = 1 << 3;

  private PublishFrame() {}

  /**
   * The whole packet.
   *
   * @throws IllegalArgumentException where {@link MqttEncoder#encode} does
   */
  public static byte[] encode(Publish publish, MqttVersion version) {
    byte[] frame = new byte[MqttEncoder.size(publish, version)];
    MqttEncoder.encode(publish, version, Unpooled.wrappedBuffer(frame).writerIndex(0));
    return frame;
  }

  /**
   * The index of the first of the two bytes of the packet identifier.
   *
   * @param frame a PUBLISH with QoS 1 or 2
   * @throws IllegalArgumentException if the frame has QoS 0, and so no packet identifier
   */
  public static int packetIdIndex(byte[] frame) {
    if ((frame[0] & 0b0110) == 0) {
      throw new IllegalArgumentException("QoS 0");
    }
    int index = 1;
    while (frame[index] < 0) {
      index++;
    }
    index++;
    int topicLength = (frame[index] & 0xFF) << 8 | frame[index + 1] & 0xFF;
    return index + 2 + topicLength;
  }
}

package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Upgrades and frames by their bytes, for tests in which it matters how they are cut. */
final class WebSocketBytes {
  private WebSocketBytes() {}

  /**
   * A request that is right but for what is asked for.
   *
   * @param lines further ones, each with its end
   */
  static byte[] upgrade(String target, String... lines) {
    return ("GET "
            + target
            + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Protocol: mqtt\r\n"
            + String.join("", lines)
            + "\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** The head of an answer, to the empty line. */
  static String answer(DataInputStream in) throws IOException {
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\n") < 0) {
      answer.append((char) in.readUnsignedByte());
    }
    return answer.toString();
  }

  /** The packets in one frame, small or above 64 KiB, masked with zeros. */
  static byte[] frame(MqttVersion version, MqttPacket... packets) {
    ByteBuf payload = Unpooled.buffer();
    for (MqttPacket packet : packets) {
      MqttEncoder.encode(packet, version, payload);
    }
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(0x82);
    int length = payload.readableBytes();
    if (length < 126) {
      frame.write(0x80 | length);
    } else {
      frame.write(0x80 | 127);
      frame.writeBytes(ByteBuffer.allocate(8).putLong(length).array());
    }
    frame.writeBytes(new byte[4]);
    frame.write(payload.array(), 0, length);
    return frame.toByteArray();
  }

  /** The payload of the next frame. */
  static byte[] read(DataInputStream in) throws IOException {
    assertThat(in.readUnsignedByte())
        .as("a binary frame, and the last of its message")
        .isEqualTo(0x82);
    int length = in.readUnsignedByte();
    long real = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
    byte[] payload = new byte[Math.toIntExact(real)];
    in.readFully(payload);
    return payload;
  }

  /** How many packets there are; none may begin or end in another frame. */
  static int packets(byte[] payload) {
    int packets = 0;
    int at = 0;
    while (at < payload.length) {
      int length = 0;
      int shift = 0;
      int next;
      at++;
      do {
        next = payload[at++];
        length |= (next & 0x7F) << shift;
        shift += 7;
      } while (next < 0);
      at += length;
      packets++;
    }
    assertThat(at).as("the frame ends with a packet").isEqualTo(payload.length);
    return packets;
  }
}

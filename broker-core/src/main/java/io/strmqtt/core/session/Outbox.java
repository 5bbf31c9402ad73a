package io.strmqtt.core.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.core.Connection;
import io.strmqtt.core.Counters;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.codec.PublishFrame;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import org.jspecify.annotations.Nullable;

/**
 * The way out of one connection: packets are gathered in one buffer and leave together. Small
 * frames are copied (a packet id is patched on the way), large ones are written as they are. On the
 * connection's loop only.
 */
public final class Outbox {
  private static final int BATCH = 16 * 1024;
  private static final int LARGE = 8 * 1024;
  private static final int DUP = 0x08;

  private final Connection connection;
  private final MqttVersion version;
  private final Counters counters;
  private @Nullable ByteBuf batch;
  private boolean unflushed;
  private int packets;
  private long bytes;

  public Outbox(Connection connection, MqttVersion version, Counters counters) {
    this.connection = connection;
    this.version = version;
    this.counters = counters;
  }

  public Connection connection() {
    return connection;
  }

  public MqttVersion version() {
    return version;
  }

  public void write(MqttPacket packet) {
    packets++;
    int size = MqttEncoder.size(packet, version);
    MqttEncoder.encode(packet, version, room(size));
    handOverIfFull();
  }

  /** Writes a shared frame of a QoS 0 publication. */
  void writeFrame(byte[] frame) {
    packets++;
    if (frame.length >= LARGE) {
      handOver();
      send(Unpooled.wrappedBuffer(frame));
    } else {
      room(frame.length).writeBytes(frame);
      handOverIfFull();
    }
  }

  /**
   * Writes a shared frame of a QoS 1 or 2 publication, with its own packet identifier and flags.
   */
  void writeFrame(byte[] frame, int qos, int packetId, boolean dup) {
    packets++;
    int at = PublishFrame.packetIdIndex(frame);
    int head = at + 2;
    boolean large = frame.length >= LARGE;
    ByteBuf out = room(large ? head : frame.length);
    int begin = out.writerIndex();
    out.writeBytes(frame, 0, large ? head : frame.length);
    out.setByte(begin, (frame[0] & 0xF1) | qos << 1 | (dup ? DUP : 0));
    out.setShort(begin + at, packetId);
    if (large) {
      handOver();
      send(Unpooled.wrappedBuffer(frame, head, frame.length - head));
    } else {
      handOverIfFull();
    }
  }

  /**
   * Writes a frame with a topic alias, its own packet identifier and flags (3.3.2.3.4).
   *
   * @param named whether the topic goes along
   */
  void writeAliased(byte[] frame, boolean named, int qos, int packetId, boolean dup, int alias) {
    packets++;
    ByteBuf out = room(Math.min(frame.length, LARGE) + 16);
    int first = (frame[0] & 0xF1) | qos << 1 | (dup ? DUP : 0);
    int rest = PublishFrame.writeAliased(frame, named, first, packetId, alias, out);
    int left = frame.length - rest;
    if (left >= LARGE) {
      handOver();
      send(Unpooled.wrappedBuffer(frame, rest, left));
    } else {
      out.writeBytes(frame, rest, left);
      handOverIfFull();
    }
  }

  public void flush() {
    handOver();
    if (unflushed) {
      unflushed = false;
      counters.add(Counters.Event.PACKETS_SENT, packets);
      counters.add(Counters.Event.BYTES_SENT, bytes);
      packets = 0;
      bytes = 0;
      connection.flush();
    }
  }

  /** Gives back what was not sent. */
  public void discard() {
    ByteBuf rest = batch;
    if (rest != null) {
      batch = null;
      rest.release();
    }
  }

  private ByteBuf room(int bytes) {
    ByteBuf out = batch;
    if (out == null) {
      out = connection.alloc().ioBuffer(Math.max(256, bytes));
      batch = out;
    }
    return out;
  }

  private void handOverIfFull() {
    ByteBuf out = batch;
    if (out != null && out.readableBytes() >= BATCH) {
      handOver();
    }
  }

  private void handOver() {
    ByteBuf out = batch;
    if (out != null) {
      batch = null;
      send(out);
    }
  }

  private void send(ByteBuf part) {
    unflushed = true;
    bytes += part.readableBytes();
    connection.write(part);
  }
}

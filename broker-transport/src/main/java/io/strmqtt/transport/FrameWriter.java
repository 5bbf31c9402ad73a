package io.strmqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Puts MQTT packets into binary frames. It follows the borders of the packets and announces a frame
 * for the whole of a packet whose first bytes it sees, so that no packet is spread over two frames,
 * in whatever buffers it is written, and none has to be gathered to know its length. One per
 * connection, on its loop.
 */
final class FrameWriter {
  static final int BINARY = 0x82;
  static final int CLOSE = 0x88;
  static final int PONG = 0x8A;

  private static final int MOST_HEADER = 10;
  private static final int MOST_7 = 125;
  private static final int MOST_16 = 0xFFFF;

  /** Up to this size bytes are copied behind the header: cheaper than one more buffer to send. */
  private static final int SMALL = 1024;

  /** Bytes of the open frame that are still to be written. */
  private long owed;

  /** The begin of a fixed header whose end, and so the packet's length, is not there yet. */
  private @Nullable ByteBuf held;

  /** Whether another frame can begin: a control frame, since data cannot wait. */
  boolean isBetweenFrames() {
    return owed == 0;
  }

  /** Writes bytes that follow those written before. */
  void write(ChannelHandlerContext ctx, ByteBuf bytes, ChannelPromise promise) {
    ByteBuf packets = bytes;
    ByteBuf before = held;
    if (before != null) {
      held = null;
      packets = Unpooled.wrappedBuffer(before, bytes);
    }
    int rest = (int) Math.min(owed, packets.readableBytes());
    owed -= rest;
    if (rest == packets.readableBytes()) {
      ctx.write(packets, promise);
      return;
    }
    int border = follow(packets, packets.readerIndex() + rest);
    if (border < packets.writerIndex()) {
      held = packets.copy(border, packets.writerIndex() - border);
      packets.writerIndex(border);
    }
    if (rest > 0) {
      ctx.write(packets.readRetainedSlice(rest), ctx.voidPromise());
    }
    if (packets.isReadable()) {
      frame(ctx, packets, promise);
    } else {
      ctx.write(packets, promise); // Empty: it goes for its promise.
    }
  }

  private void frame(ChannelHandlerContext ctx, ByteBuf packets, ChannelPromise promise) {
    int bytes = packets.readableBytes();
    ByteBuf header = header(ctx.alloc(), BINARY, bytes + owed, bytes <= SMALL ? bytes : 0);
    if (bytes <= SMALL) {
      header.writeBytes(packets);
      packets.release();
      ctx.write(header, promise);
    } else {
      ctx.write(header, ctx.voidPromise());
      ctx.write(packets, promise);
    }
  }

  /**
   * Measures the packets from an index on where one begins; what the last one lacks is owed.
   *
   * @return where a fixed header begins that is not complete, or the end of the buffer
   */
  private int follow(ByteBuf packets, int from) {
    int end = packets.writerIndex();
    long at = from;
    while (at < end) {
      long next = endOfPacket(packets, (int) at, end);
      if (next < 0) {
        return (int) at;
      }
      at = next;
    }
    owed = at - end;
    return end;
  }

  /** Where the packet ends that begins at the index; negative if its length is not there (2.1). */
  private static long endOfPacket(ByteBuf packets, int at, int end) {
    long length = 0;
    for (int i = 1; at + i < end; i++) {
      int next = packets.getByte(at + i);
      length |= (next & 0x7FL) << 7 * (i - 1);
      if (next >= 0 || i == 4) {
        return at + i + 1 + length;
      }
    }
    return -1;
  }

  /**
   * Makes the header of a frame without a mask.
   *
   * @param first the first byte: FIN and the opcode
   * @param length of the payload, in bytes
   * @param room for bytes behind the header, in the same buffer
   */
  static ByteBuf header(ByteBufAllocator alloc, int first, long length, int room) {
    ByteBuf header = alloc.ioBuffer(MOST_HEADER + room);
    header.writeByte(first);
    if (length <= MOST_7) {
      header.writeByte((int) length);
    } else if (length <= MOST_16) {
      header.writeByte(126).writeShort((int) length);
    } else {
      header.writeByte(127).writeLong(length);
    }
    return header;
  }

  /** Gives back what was not written. */
  void discard() {
    ByteBuf rest = held;
    if (rest != null) {
      held = null;
      rest.release();
    }
  }
}

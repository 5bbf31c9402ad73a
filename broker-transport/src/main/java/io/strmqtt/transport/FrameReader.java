package io.strmqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames a client sends (RFC 6455, section 5), in whatever pieces they come. Payload
 * passes on as it comes: nothing of a frame is kept but its header and the 125 bytes a control
 * frame may have, whatever length it announces. One per connection, on its loop.
 */
final class FrameReader {
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private static final int FIN = 0x80;
  private static final int RESERVED = 0x70;
  private static final int CONTROL = 0x08;
  private static final int MASKED = 0x80;
  private static final int MOST_CONTROL = 125;
  private static final int LENGTH_16 = 126;
  private static final int LENGTH_64 = 127;

  /** What a buffer has brought, besides payload. */
  sealed interface Result {
    /** The frames so far are well-formed, and more may come. */
    enum More implements Result {
      MORE
    }

    /**
     * The peer closes.
     *
     * @param status what it says, or 1000 if it says nothing
     */
    record Closed(WebSocketCloseStatus status) implements Result {}

    /**
     * The peer broke the rules.
     *
     * @param status what to tell it
     */
    record Broken(WebSocketCloseStatus status) implements Result {}
  }

  /** Two bytes, eight of length, four of mask. */
  private final byte[] header = new byte[14];

  private int headerBytes;
  private int headerSize = 2;

  /** Payload of the frame at hand that is still to come. */
  private long left;

  private boolean inPayload;
  private int mask;

  /** Whether a message has begun whose last frame has not. */
  private boolean fragmented;

  private final byte[] control = new byte[MOST_CONTROL];
  private int controlBytes;
  private byte @Nullable [] ping;

  /**
   * Reads a buffer to its end, or to the frame that ends all, and leaves in it the payload of its
   * data frames, unmasked and without gaps. Writes into the buffer's memory.
   */
  Result read(ByteBuf in) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    int begin = at;
    int payloadEnd = at;
    Result result = Result.More.MORE;
    while (result == Result.More.MORE && (at < end || inPayload && left == 0)) {
      if (!inPayload) {
        header[headerBytes++] = in.getByte(at++);
        result = headerByte();
      } else if (isControl()) {
        int bytes = (int) Math.min(left, end - at);
        in.getBytes(at, control, controlBytes, bytes);
        controlBytes += bytes;
        at += bytes;
        left -= bytes;
        result = left == 0 ? controlFrame() : result;
      } else {
        int bytes = (int) Math.min(left, end - at);
        if (payloadEnd == begin) {
          begin = at; // Nothing stands before it: it can stay where it is.
          payloadEnd = at;
        }
        unmask(in, at, payloadEnd, bytes);
        payloadEnd += bytes;
        at += bytes;
        left -= bytes;
        if (left == 0) {
          nextFrame();
        }
      }
    }
    in.setIndex(begin, payloadEnd);
    return result;
  }

  /**
   * Takes the payload of the last ping, if one came since the last call: answering that one alone
   * is allowed (section 5.5.3).
   */
  byte @Nullable [] takePing() {
    byte[] last = ping;
    ping = null;
    return last;
  }

  private int opcode() {
    return header[0] & 0x0F;
  }

  private boolean isControl() {
    return (header[0] & CONTROL) != 0;
  }

  private void nextFrame() {
    inPayload = false;
    headerBytes = 0;
    headerSize = 2;
    controlBytes = 0;
  }

  /** Judges the header as far as it has come: each rule at the byte that breaks it. */
  private Result headerByte() {
    if (headerBytes == 1) {
      return firstByte();
    }
    int length = header[1] & 0x7F;
    if (headerBytes == 2) {
      if ((header[1] & MASKED) == 0) {
        return broken("a client's frame has a mask");
      }
      if (isControl() && length > MOST_CONTROL) {
        return broken("a control frame has at most 125 bytes");
      }
      headerSize = 2 + (length == LENGTH_16 ? 2 : length == LENGTH_64 ? 8 : 0) + 4;
    }
    if (headerBytes < headerSize) {
      return Result.More.MORE;
    }
    ByteBuffer fields = ByteBuffer.wrap(header, 2, headerSize - 2);
    left = length;
    if (length == LENGTH_16) {
      left = fields.getShort() & 0xFFFF;
      if (left < LENGTH_16) {
        return broken("a length is in its shortest form");
      }
    } else if (length == LENGTH_64) {
      left = fields.getLong();
      if (left < 0) {
        return broken("a length has 63 bits");
      }
      if (left <= 0xFFFF) {
        return broken("a length is in its shortest form");
      }
    }
    mask = fields.getInt();
    inPayload = true;
    return Result.More.MORE;
  }

  private Result firstByte() {
    boolean fin = (header[0] & FIN) != 0;
    if ((header[0] & RESERVED) != 0) {
      return broken("no extension was agreed on, and a reserved bit is set");
    }
    switch (opcode()) {
      case CONTINUATION -> {
        if (!fragmented) {
          return broken("nothing has begun that could be continued");
        }
        fragmented = !fin;
      }
      case BINARY -> {
        if (fragmented) {
          return broken("a message has begun and is not complete");
        }
        fragmented = !fin;
      }
      case TEXT -> { // 6.0.0-1
        return new Result.Broken(
            new WebSocketCloseStatus(
                WebSocketCloseStatus.INVALID_MESSAGE_TYPE.code(), "MQTT needs binary frames"));
      }
      case CLOSE, PING, PONG -> {
        if (!fin) {
          return broken("a control frame is not fragmented");
        }
      }
      default -> {
        return broken("the opcode is not assigned");
      }
    }
    return Result.More.MORE;
  }

  private static Result broken(String rule) {
    return new Result.Broken(
        new WebSocketCloseStatus(WebSocketCloseStatus.PROTOCOL_ERROR.code(), rule));
  }

  private Result controlFrame() {
    byte[] payload = Arrays.copyOf(control, controlBytes);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= (byte) (mask >>> 24 - 8 * (i & 3));
    }
    Result result = Result.More.MORE;
    if (opcode() == PING) {
      ping = payload;
    } else if (opcode() == CLOSE) {
      result = closed(payload);
    }
    nextFrame();
    return result;
  }

  /** Section 5.5.1: nothing, or a status of two bytes and a reason in UTF-8. */
  private static Result closed(byte[] payload) {
    if (payload.length == 0) {
      return new Result.Closed(WebSocketCloseStatus.NORMAL_CLOSURE);
    }
    if (payload.length == 1) {
      return broken("a close frame has a status of two bytes");
    }
    int code = (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
    if (!WebSocketCloseStatus.isValidStatusCode(code)) {
      return broken("the status of a close frame is not assigned");
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload, 2, payload.length - 2));
    } catch (CharacterCodingException e) {
      return new Result.Broken(WebSocketCloseStatus.INVALID_PAYLOAD_DATA);
    }
    return new Result.Closed(new WebSocketCloseStatus(code, ""));
  }

  /**
   * Moves payload to where the one before it ends, which is never behind it; {@link #mask} then
   * begins with the byte that comes next.
   */
  private void unmask(ByteBuf in, int from, int to, int bytes) {
    long wide = (mask & 0xFFFF_FFFFL) << 32 | mask & 0xFFFF_FFFFL;
    int i = 0;
    for (; i + 8 <= bytes; i += 8) {
      in.setLong(to + i, in.getLong(from + i) ^ wide);
    }
    for (; i < bytes; i++) {
      in.setByte(to + i, in.getByte(from + i) ^ mask >>> 24 - 8 * (i & 3));
    }
    mask = Integer.rotateLeft(mask, 8 * (bytes & 3));
  }
}

package io.strmqtt.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Where the fields of a packet go (section 1.5). The same code that writes a packet measures it, so
 * that the two cannot disagree.
 */
sealed interface FieldSink {
  /** The most a variable byte integer can say. */
  int MAX_VARIABLE_INT = 268_435_455;

  void oneByte(int value);

  void twoBytes(int value);

  void fourBytes(long value);

  void variableInt(int value);

  /**
   * @throws IllegalArgumentException if it takes more than 65,535 bytes
   */
  void string(String value);

  /** Bytes without a length. */
  void bytes(byte[] value);

  /**
   * Bytes behind their length.
   *
   * @throws IllegalArgumentException if there are more than 65,535
   */
  default void binary(byte[] value) {
    twoBytes(checkLength(value.length));
    bytes(value);
  }

  /** How many bytes a variable byte integer takes, 1 to 4. */
  static int variableIntSize(int value) {
    if (value < 128) {
      return 1;
    }
    return value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
  }

  private static int checkLength(int length) {
    if (length > 0xFFFF) {
      throw new IllegalArgumentException("field of " + length + " bytes");
    }
    return length;
  }

  /** Counts. */
  final class Measure implements FieldSink {
    private long size;

    /**
     * @throws IllegalArgumentException if it is more than a packet may hold
     */
    int size() {
      if (size > MAX_VARIABLE_INT) {
        throw new IllegalArgumentException("packet of " + size + " bytes");
      }
      return (int) size;
    }

    /** Adds what another has counted. */
    void add(Measure part) {
      size += part.size;
    }

    @Override
    public void oneByte(int value) {
      size++;
    }

    @Override
    public void twoBytes(int value) {
      size += 2;
    }

    @Override
    public void fourBytes(long value) {
      size += 4;
    }

    @Override
    public void variableInt(int value) {
      size += variableIntSize(value);
    }

    @Override
    public void string(String value) {
      size += 2 + checkLength(ByteBufUtil.utf8Bytes(value));
    }

    @Override
    public void bytes(byte[] value) {
      size += value.length;
    }
  }

  /** Writes to a buffer. */
  record Buffer(ByteBuf out) implements FieldSink {
    @Override
    public void oneByte(int value) {
      out.writeByte(value);
    }

    @Override
    public void twoBytes(int value) {
      out.writeShort(value);
    }

    @Override
    public void fourBytes(long value) {
      out.writeInt((int) value);
    }

    @Override
    public void variableInt(int value) {
      int rest = value;
      while (rest >= 0x80) {
        out.writeByte(rest & 0x7F | 0x80);
        rest >>>= 7;
      }
      out.writeByte(rest);
    }

    @Override
    public void string(String value) {
      int length = checkLength(ByteBufUtil.utf8Bytes(value));
      out.writeShort(length);
      ByteBufUtil.reserveAndWriteUtf8(out, value, length);
    }

    @Override
    public void bytes(byte[] value) {
      out.writeBytes(value);
    }
  }
}

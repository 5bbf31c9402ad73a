package io.strmqtt.session.rocks.record;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Puts values into a growing array; {@link Reader} reads them back. Lengths are in front. */
final class Writer {
  private byte[] bytes;
  private int size;

  Writer(int expectedSize) {
    this.bytes = new byte[Math.max(16, expectedSize)];
  }

  Writer u8(int value) {
    room(1);
    bytes[size++] = (byte) value;
    return this;
  }

  Writer bool(boolean value) {
    return u8(value ? 1 : 0);
  }

  /** Seven bits to a byte, the low ones first: 1 to 10 bytes. */
  Writer number(long value) {
    room(10);
    long left = value;
    while ((left & ~0x7fL) != 0) {
      bytes[size++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    bytes[size++] = (byte) left;
    return this;
  }

  Writer bytes(byte[] value) {
    number(value.length);
    room(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
    return this;
  }

  /** UTF-8. */
  Writer text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  <T> Writer optional(Optional<T> value, BiConsumer<Writer, T> write) {
    bool(value.isPresent());
    value.ifPresent(there -> write.accept(this, there));
    return this;
  }

  byte[] toBytes() {
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, more)));
    }
  }
}

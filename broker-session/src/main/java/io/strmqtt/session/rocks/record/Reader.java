package io.strmqtt.session.rocks.record;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/** Reads what {@link Writer} wrote; anything else is {@link Damaged}. */
final class Reader {
  private final String kind;
  private final byte[] bytes;
  private int position;

  /**
   * @param kind of the record, for what is said of a damaged one
   * @param version the only one that is known
   */
  Reader(String kind, byte[] bytes, int version) {
    this.kind = kind;
    this.bytes = bytes;
    int found = u8();
    if (found != version) {
      throw damaged("version " + version + " expected, found " + found);
    }
  }

  int u8() {
    if (position == bytes.length) {
      throw damaged("it ends too early");
    }
    return bytes[position++] & 0xff;
  }

  int u8(int most) {
    int value = u8();
    if (value > most) {
      throw damaged("0 to " + most + " expected, found " + value);
    }
    return value;
  }

  boolean bool() {
    return u8(1) == 1;
  }

  long number() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = u8();
      value |= (next & 0x7fL) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw damaged("a number is too long");
  }

  long number(long least, long most) {
    long value = number();
    if (value < least || value > most) {
      throw damaged(least + " to " + most + " expected, found " + value);
    }
    return value;
  }

  /** How many follow; each takes a byte at least. */
  int count() {
    long count = number();
    if (count < 0 || count > bytes.length - position) {
      throw damaged(count + " are to follow in " + (bytes.length - position) + " bytes");
    }
    return (int) count;
  }

  byte[] bytes() {
    int length = count();
    byte[] value = new byte[length];
    System.arraycopy(bytes, position, value, 0, length);
    position += length;
    return value;
  }

  String text() {
    int length = count();
    try {
      // a new decoder reports malformed input, where new String() would replace it
      String value =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, position, length))
              .toString();
      position += length;
      return value;
    } catch (CharacterCodingException e) {
      throw damaged("a text is not UTF-8");
    }
  }

  <T> Optional<T> optional(Function<Reader, T> read) {
    return bool() ? Optional.of(read.apply(this)) : Optional.empty();
  }

  /** All that is left. */
  byte[] rest() {
    byte[] value = new byte[bytes.length - position];
    System.arraycopy(bytes, position, value, 0, value.length);
    position = bytes.length;
    return value;
  }

  /** The record, if nothing is left behind it. */
  <T> T end(T record) {
    if (position != bytes.length) {
      throw damaged((bytes.length - position) + " bytes too many");
    }
    return record;
  }

  Damaged damaged(String what) {
    return new Damaged("no " + kind + ": " + what + ", at byte " + position);
  }
}

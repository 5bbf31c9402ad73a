package io.strmqtt.mqtt.codec;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** UTF-8 strings as section 1.5.4 wants them: well-formed, no surrogates, no U+0000. */
final class Utf8 {
  private Utf8() {}

  /** The string of the first {@code length} bytes; null if they are not a valid one. */
  static @Nullable String decode(byte[] bytes, int length) {
    int i = 0;
    while (i < length && bytes[i] > 0) {
      i++;
    }
    if (i == length) {
      return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }
    return isValid(bytes, i, length) ? new String(bytes, 0, length, StandardCharsets.UTF_8) : null;
  }

  /**
   * Whether the bytes from an index to another are a valid string: table 3-7 of the Unicode
   * standard, less U+0000.
   */
  static boolean isValid(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      int first = bytes[i++] & 0xFF;
      if (first < 0x80) {
        if (first == 0) {
          return false;
        }
        continue;
      }
      int more;
      int low = 0x80;
      int high = 0xBF;
      if (first >= 0xC2 && first <= 0xDF) {
        more = 1;
      } else if (first >= 0xE0 && first <= 0xEF) {
        more = 2;
        low = first == 0xE0 ? 0xA0 : 0x80;
        high = first == 0xED ? 0x9F : 0xBF;
      } else if (first >= 0xF0 && first <= 0xF4) {
        more = 3;
        low = first == 0xF0 ? 0x90 : 0x80;
        high = first == 0xF4 ? 0x8F : 0xBF;
      } else {
        return false;
      }
      if (to - i < more) {
        return false;
      }
      for (; more > 0; more--) {
        int next = bytes[i++] & 0xFF;
        if (next < low || next > high) {
          return false;
        }
        low = 0x80;
        high = 0xBF;
      }
    }
    return true;
  }
}

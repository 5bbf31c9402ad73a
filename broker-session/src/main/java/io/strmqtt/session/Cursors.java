package io.strmqtt.session;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Cursors as callers see them: text that is safe in a URL and says nothing about what is inside.
 */
final class Cursors {
  private Cursors() {}

  static String of(String key) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(key.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws IllegalArgumentException if the cursor was not made by {@link #of(String)}
   */
  static String toKey(String cursor) {
    try {
      // a new decoder reports malformed input, where new String() would replace it
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor)))
          .toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw new IllegalArgumentException("not a cursor of this listing");
    }
  }

  static String of(long sequence) {
    return of(Long.toString(sequence));
  }

  /**
   * @throws IllegalArgumentException if the cursor was not made by {@link #of(long)}
   */
  static long toSequence(String cursor) {
    String key = toKey(cursor);
    try {
      return Long.parseLong(key);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a cursor of this listing");
    }
  }

  static void checkLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("a page holds at least one item, not " + limit);
    }
  }
}

package io.strmqtt.dist.cli.proxy;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** What came over the wire, as text that can do a terminal no harm. */
final class WireText {
  private static final int MOST_BYTES = 64;

  private WireText() {}

  /**
   * The bytes as UTF-8 if they are; what is no printable character as {@code \n}, {@code \\x1b} or
   * {@code \\u202e}.
   */
  static String of(byte[] bytes) {
    try {
      return of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return of(new String(bytes, StandardCharsets.ISO_8859_1));
    }
  }

  static String of(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(out, c));
    return out.toString();
  }

  private static void append(StringBuilder out, int c) {
    switch (c) {
      case '\\' -> out.append("\\\\");
      case '\r' -> out.append("\\r");
      case '\n' -> out.append("\\n");
      case '\t' -> out.append("\\t");
      default -> {
        if (isPrintable(c)) {
          out.appendCodePoint(c);
        } else {
          out.append(c < 0x100 ? "\\x%02x".formatted(c) : "\\u%04x".formatted(c));
        }
      }
    }
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  /** In hex, cut after 64 bytes. */
  static String hex(byte[] bytes) {
    HexFormat hex = HexFormat.of();
    return bytes.length <= MOST_BYTES
        ? hex.formatHex(bytes)
        : hex.formatHex(bytes, 0, MOST_BYTES) + "...";
  }
}

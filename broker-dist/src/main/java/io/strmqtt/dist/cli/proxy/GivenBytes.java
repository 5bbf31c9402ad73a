package io.strmqtt.dist.cli.proxy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes as people have them at hand: hex from a log or a capture, a version 1 line, a raw file. */
final class GivenBytes {
  private static final byte[] V2_BEGINS = {'\r', '\n', '\r', '\n', 0};

  private GivenBytes() {}

  /**
   * Bytes from an argument: a version 1 line if it begins with {@code PROXY}, else hex.
   *
   * <p>In a line, {@code \r} and {@code \n} stand for CR and LF. A line with neither gets both at
   * its end, because that is hard to type.
   */
  static byte[] fromArgument(String text) throws UsageMistake {
    if (!text.stripLeading().startsWith("PROXY")) {
      return hex(text);
    }
    String line = text.stripLeading().replace("\\r", "\r").replace("\\n", "\n");
    boolean ends = line.indexOf('\r') >= 0 || line.indexOf('\n') >= 0;
    return (ends ? line : line + "\r\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Bytes from a file: those of a header as they are, else hex. */
  static byte[] fromStream(byte[] bytes) throws UsageMistake {
    boolean raw =
        Arrays.mismatch(V2_BEGINS, bytes) == V2_BEGINS.length
            || new String(bytes, StandardCharsets.ISO_8859_1).startsWith("PROXY");
    return raw ? bytes : hex(new String(bytes, StandardCharsets.UTF_8));
  }

  /** Pairs of digits; white space and colons between digits do not matter, nor does a first 0x. */
  static byte[] hex(String text) throws UsageMistake {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String digits = text.strip();
    int high = -1;
    for (int i = digits.startsWith("0x") ? 2 : 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if (c == ':' || Character.isWhitespace(c)) {
        continue;
      }
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw new UsageMistake(
            "expected hex digits, or a line that begins with PROXY; found '"
                + WireText.of(String.valueOf(c))
                + "' after "
                + out.size()
                + " bytes");
      }
      if (high < 0) {
        high = digit;
      } else {
        out.write(high << 4 | digit);
        high = -1;
      }
    }
    if (high >= 0) {
      throw new UsageMistake("expected pairs of hex digits; one is left after " + out.size());
    }
    return out.toByteArray();
  }
}

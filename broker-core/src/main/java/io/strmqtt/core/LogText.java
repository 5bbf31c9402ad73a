package io.strmqtt.core;

/**
 * Values for {@code key=value} log lines: strings from the wire can neither end a line nor forge a
 * key.
 */
public final class LogText {
  private static final int MOST = 256;

  private LogText() {}

  /**
   * The text, quoted if it has spaces, quotes or an equals sign, with control characters escaped,
   * and cut after 256 characters.
   */
  public static String of(String text) {
    boolean plain = !text.isEmpty() && text.length() <= MOST;
    for (int i = 0; plain && i < text.length(); i++) {
      char c = text.charAt(i);
      plain = c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
    }
    return plain ? text : quoted(text, MOST);
  }

  /**
   * A sentence of ours that may hold words of others: quoted, escaped, cut after 1024 characters.
   */
  public static String sentence(String text) {
    return quoted(text.replace('"', '\''), 1024);
  }

  private static String quoted(String text, int most) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), most) + 8).append('"');
    int c;
    for (int i = 0; i < text.length() && i < most; i += Character.charCount(c)) {
      c = text.codePointAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append((char) c);
      } else if (isUnsafe(c)) {
        for (char half : Character.toChars(c)) {
          out.append(String.format("\\u%04x", (int) half));
        }
      } else {
        out.appendCodePoint(c);
      }
    }
    return out.append(text.length() > most ? "\"..." : "\"").toString();
  }

  /** Whether it could end a line, hide what follows, or turn it around. */
  private static boolean isUnsafe(int c) {
    return Character.isISOControl(c)
        || switch (Character.getType(c)) {
          case Character.FORMAT,
              Character.SURROGATE,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR ->
              true;
          default -> false;
        };
  }
}

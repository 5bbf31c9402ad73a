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
    if (plain) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 8).append('"');
    for (int i = 0; i < text.length() && i < MOST; i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (Character.isISOControl(c)
          || Character.getType(c) == Character.FORMAT
          || c == '\u2028'
          || c == '\u2029') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append(text.length() > MOST ? "\"..." : "\"").toString();
  }
}

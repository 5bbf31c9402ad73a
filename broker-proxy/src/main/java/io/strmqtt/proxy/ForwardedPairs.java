package io.strmqtt.proxy;

import org.jspecify.annotations.Nullable;

/**
 * The elements of {@code Forwarded} (RFC 7239 section 4): pairs of a name and a value, with
 * semicolons between. A cursor over one of them.
 */
final class ForwardedPairs {
  /** There is no telling where an element begins. */
  static final int BROKEN = -2;

  private static final String SYMBOLS = "!#$%&'*+-.^_`|~";

  private final String text;
  private int at;

  private ForwardedPairs(String text) {
    this.text = text;
  }

  /**
   * The comma before an element, found from its end: commas in quoted strings do not count. From
   * the right, because a quote that someone left open at the left would swallow what a proxy wrote
   * behind it.
   *
   * @param end index behind the element, outside of a quoted string
   * @return -1 if the element is the line's first, or {@link #BROKEN}
   */
  static int comma(String line, int end) {
    int i = end - 1;
    while (i >= 0 && line.charAt(i) != ',') {
      if (line.charAt(i) == '"') {
        i = openingQuote(line, i);
        if (i < 0) {
          return BROKEN;
        }
      }
      i--;
    }
    return i;
  }

  /** The quote that opens the string that one closes, or -1; it stands behind an equals sign. */
  private static int openingQuote(String line, int closing) {
    for (int i = closing - 1; i > 0; i--) {
      if (line.charAt(i) == '"' && !isEscaped(line, i)) {
        return line.charAt(i - 1) == '=' ? i : -1;
      }
    }
    return -1;
  }

  private static boolean isEscaped(String line, int quote) {
    int i = quote;
    while (i > 0 && line.charAt(i - 1) == '\\') {
      i--;
    }
    return (quote - i) % 2 != 0;
  }

  /** The value of {@code for}; null if there is none, or two, or the element is malformed. */
  static @Nullable String forValue(String element) {
    return new ForwardedPairs(element).forValue();
  }

  private @Nullable String forValue() {
    String found = null;
    do {
      skipBlanks();
      if (atEnd() || text.charAt(at) == ';') {
        continue; // A pair may be left out.
      }
      String name = token();
      String value = name == null || !skip('=') ? null : value();
      if (name == null || value == null) {
        return null;
      }
      if (name.equalsIgnoreCase("for")) {
        if (found != null) {
          return null;
        }
        found = value;
      }
      skipBlanks();
    } while (skip(';'));
    return atEnd() ? found : null;
  }

  /** RFC 7239, 6.3: what a proxy says instead of what it will not tell. */
  static boolean isObfuscated(String text) {
    return text.length() > 1
        && text.charAt(0) == '_'
        && text.chars().allMatch(c -> isAlphanumeric(c) || c == '.' || c == '_' || c == '-');
  }

  static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private boolean atEnd() {
    return at == text.length();
  }

  private boolean skip(char c) {
    if (atEnd() || text.charAt(at) != c) {
      return false;
    }
    at++;
    return true;
  }

  private void skipBlanks() {
    while (!atEnd() && isBlank(text.charAt(at))) {
      at++;
    }
  }

  /** RFC 9110, 5.6.2; null if there is none. */
  private @Nullable String token() {
    int from = at;
    while (!atEnd() && (isAlphanumeric(text.charAt(at)) || SYMBOLS.indexOf(text.charAt(at)) >= 0)) {
      at++;
    }
    return at == from ? null : text.substring(from, at);
  }

  /** A token or a quoted string (RFC 9110, 5.6.4), unquoted. */
  private @Nullable String value() {
    if (!skip('"')) {
      return token();
    }
    StringBuilder value = new StringBuilder();
    while (!atEnd()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return value.toString();
      }
      if (c == '\\') {
        if (atEnd()) {
          return null;
        }
        c = text.charAt(at++);
      }
      value.append(c);
    }
    return null;
  }

  private static boolean isAlphanumeric(int c) {
    return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }
}

package io.strmqtt.mqtt.topic;

/**
 * Topic names and how filters match them (section 4.7), character by character: nothing is
 * normalised (MQTT-4.7.3-4). No method allocates; for any thread.
 */
public final class Topics {
  private static final int MAX_BYTES = 65_535;

  private Topics() {}

  /** Whether it can be published to: 1 to 65,535 bytes of UTF-8, no wildcards, no U+0000. */
  public static boolean isValidName(String name) {
    return name.indexOf('+') < 0 && name.indexOf('#') < 0 && isValidLength(name);
  }

  /** The levels of a name or a filter, 1 or more: {@code /a} has two, the first of them empty. */
  public static int levels(String topic) {
    int levels = 1;
    for (int i = topic.indexOf('/'); i >= 0; i = topic.indexOf('/', i + 1)) {
      levels++;
    }
    return levels;
  }

  /**
   * Whether the topic belongs to the filter.
   *
   * @param filter a valid one, without {@code $share/name/}
   * @param topic a valid topic name
   */
  public static boolean matches(String filter, String topic) {
    if (topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"))) {
      return false; // MQTT-4.7.2-1
    }
    int f = 0;
    int t = 0;
    while (f < filter.length()) {
      char c = filter.charAt(f);
      if (c == '#') {
        return true;
      }
      if (c == '+') {
        int slash = topic.indexOf('/', t);
        t = slash < 0 ? topic.length() : slash;
        f++;
      } else if (t < topic.length() && topic.charAt(t) == c) {
        f++;
        t++;
      } else {
        // "sport/#" includes the parent level itself, 4.7.1.2
        return t == topic.length() && f == filter.length() - 2 && filter.endsWith("/#");
      }
    }
    return t == topic.length();
  }

  /** What names and filters have in common: MQTT-4.7.3-1 to MQTT-4.7.3-3. */
  static boolean isValidLength(String text) {
    return !text.isEmpty() && text.indexOf('\0') < 0 && utf8Length(text) <= MAX_BYTES;
  }

  private static int utf8Length(String text) {
    int chars = text.length();
    if (chars <= MAX_BYTES / 3 || chars > MAX_BYTES) {
      return chars;
    }
    int bytes = chars;
    for (int i = 0; i < chars; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        // each half of a surrogate pair stands for two of its four bytes
        bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
      }
    }
    return bytes;
  }
}

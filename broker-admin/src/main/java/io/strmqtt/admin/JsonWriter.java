package io.strmqtt.admin;

import java.util.List;
import java.util.Optional;

/**
 * Writes one JSON text (RFC 8259) into memory. The caller keeps objects and arrays balanced; commas
 * and escapes are done here. Halves of surrogate pairs are escaped, so that the text is always
 * valid UTF-8.
 */
final class JsonWriter {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final StringBuilder out = new StringBuilder(1024);

  JsonWriter beginObject() {
    separate();
    out.append('{');
    return this;
  }

  JsonWriter endObject() {
    out.append('}');
    return this;
  }

  JsonWriter beginArray() {
    separate();
    out.append('[');
    return this;
  }

  JsonWriter endArray() {
    out.append(']');
    return this;
  }

  /** The name of a member; its value follows. */
  JsonWriter name(String name) {
    separate();
    quote(name);
    out.append(':');
    return this;
  }

  JsonWriter field(String name, String value) {
    name(name);
    quote(value);
    return this;
  }

  /** Null if the value is absent. */
  JsonWriter field(String name, Optional<String> value) {
    name(name);
    value.ifPresentOrElse(this::quote, () -> out.append("null"));
    return this;
  }

  JsonWriter texts(String name, List<String> values) {
    name(name).beginArray();
    for (String value : values) {
      separate();
      quote(value);
    }
    return endArray();
  }

  JsonWriter field(String name, long value) {
    name(name);
    out.append(value);
    return this;
  }

  JsonWriter field(String name, boolean value) {
    name(name);
    out.append(value);
    return this;
  }

  /** Null if the value is absent. */
  JsonWriter number(String name, Optional<? extends Number> value) {
    name(name);
    value.ifPresentOrElse(out::append, () -> out.append("null"));
    return this;
  }

  @Override
  public String toString() {
    return out.toString();
  }

  private void separate() {
    if (!out.isEmpty() && "{[:".indexOf(out.charAt(out.length() - 1)) < 0) {
      out.append(',');
    }
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c == '\u007f') {
        escape(c);
      } else if (!Character.isSurrogate(c)) {
        out.append(c);
      } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
        out.append(c).append(text.charAt(++i));
      } else {
        escape(c);
      }
    }
    out.append('"');
  }

  private void escape(char c) {
    out.append("\\u")
        .append(HEX[c >> 12])
        .append(HEX[c >> 8 & 0xf])
        .append(HEX[c >> 4 & 0xf])
        .append(HEX[c & 0xf]);
  }
}

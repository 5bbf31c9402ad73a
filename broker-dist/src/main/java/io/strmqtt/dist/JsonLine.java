package io.strmqtt.dist;

import java.util.List;
import java.util.Optional;

/** An object of JSON (RFC 8259) on one line, in ASCII: its member {@code type}, then others. */
final class JsonLine {
  private final StringBuilder text = new StringBuilder(256);

  JsonLine(String type) {
    text.append("{\"type\":");
    string(type);
  }

  /**
   * Adds a member.
   *
   * @param value a String, Number, Boolean, List of such, or an Optional of one: an empty one, or
   *     an empty list, is left out
   */
  JsonLine with(String name, Object value) {
    switch (value) {
      case Optional<?> optional -> optional.ifPresent(there -> with(name, there));
      case List<?> list when list.isEmpty() -> {}
      default -> {
        text.append(',');
        string(name);
        text.append(':');
        value(value);
      }
    }
    return this;
  }

  String end() {
    return text.append('}').toString();
  }

  private void value(Object value) {
    switch (value) {
      case Number number -> text.append(number);
      case Boolean bool -> text.append(bool);
      case List<?> list -> {
        char before = '[';
        for (Object item : list) {
          text.append(before);
          value(item);
          before = ',';
        }
        text.append(']');
      }
      default -> string(value.toString());
    }
  }

  private void string(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}

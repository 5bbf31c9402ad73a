package io.strmqtt.dist.config;

import com.typesafe.config.ConfigOrigin;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Where values stand, in words for the operator. */
final class Origins {
  static final String DEFAULT = "default";
  static final String ENVIRONMENT = "environment variable ";

  private static final Pattern LINE = Pattern.compile(": (\\d+)");

  private final Path home;

  Origins(Path home) {
    this.home = home;
  }

  String of(ConfigOrigin origin) {
    String filename = origin.filename();
    if (filename != null) {
      return origin.lineNumber() > 0
          ? shorten(filename) + ":" + origin.lineNumber()
          : shorten(filename);
    }
    String description = origin.description();
    return description.startsWith(DEFAULT) ? DEFAULT : text(description);
  }

  /** A description or message of the parser, with its {@code file: line} in the form used here. */
  String text(String description) {
    return LINE.matcher(shorten(description)).replaceAll(":$1");
  }

  private String shorten(String text) {
    return text.replace(home + "/", "");
  }
}

package io.strmqtt.dist.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Values as text, in the notations of HOCON. */
final class Hocon {
  static final String MASK = "********";

  private static final Pattern SECRET =
      Pattern.compile(".*(password|passphrase|secret|token)", Pattern.CASE_INSENSITIVE);
  private static final Pattern BARE = Pattern.compile("-?\\d+|true|false");

  private Hocon() {}

  /** The key below the path, quoted if it must be. */
  static String path(String path, String key) {
    String element = ConfigUtil.joinPath(key);
    return path.isEmpty() ? element : path + "." + element;
  }

  /** One line; the value of a key that sounds like a secret is masked. */
  static String render(String key, ConfigValue value) {
    if (SECRET.matcher(key).matches()) {
      return MASK;
    }
    String text = String.valueOf(value.unwrapped());
    return BARE.matcher(text).matches() ? text : value.render(ConfigRenderOptions.concise());
  }

  static Optional<Long> wholeNumber(String text) {
    try {
      return Optional.of(Long.parseLong(text.trim()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Bytes. */
  static Optional<Long> size(String text) {
    return parse(text, v -> ConfigFactory.empty().withValue("v", v).getBytes("v"));
  }

  static Optional<Duration> duration(String text) {
    return parse(text, v -> ConfigFactory.empty().withValue("v", v).getDuration("v"));
  }

  private static <T> Optional<T> parse(String text, Function<ConfigValue, T> parse) {
    try {
      return Optional.of(parse.apply(ConfigValueFactory.fromAnyRef(text.trim())));
    } catch (ConfigException e) {
      return Optional.empty();
    }
  }

  static String bytes(long n) {
    String[] units = {"GiB", "MiB", "KiB"};
    for (int i = 0; i < units.length; i++) {
      long unit = 1L << (30 - 10 * i);
      if (n >= unit && n % unit == 0) {
        return n / unit + units[i];
      }
    }
    return n + "B";
  }

  static String words(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }
}

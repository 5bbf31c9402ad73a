package io.strmqtt.api;

import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A provider's own section of the configuration file. Each getter names the key; a wrong value
 * throws {@link Invalid}, which the broker reports with the file and line before it exits. Keys
 * nobody asked for are reported as unknown.
 *
 * <p>Used on the starting thread only.
 */
public final class Settings {
  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");
  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1,18})\\s*(" + String.join("|", UNITS) + ")?");

  private final Map<String, Object> values;
  private final Path home;
  private final Set<String> asked = new TreeSet<>();

  /**
   * @param values the section's keys with plain values (String, Number, Boolean, List, Map)
   * @param home the installation folder; relative paths are below it
   */
  public Settings(Map<String, Object> values, Path home) {
    Map<String, Object> present = new TreeMap<>(values);
    present.values().removeIf(Objects::isNull); // HOCON has a null: it counts as absent.
    this.values = Collections.unmodifiableMap(present);
    this.home = Objects.requireNonNull(home);
  }

  public Optional<String> string(String key) {
    return get(key).map(Object::toString).filter(s -> !s.isEmpty());
  }

  public String requireString(String key) {
    return string(key).orElseThrow(() -> new Invalid(key, "is required"));
  }

  /** A whole number within the range, or the default if the key is absent. */
  public int integer(String key, int defaultValue, int least, int most) {
    Optional<String> text = string(key);
    if (text.isEmpty()) {
      return defaultValue;
    }
    try {
      int value = Integer.parseInt(text.get().trim());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // reported below, with the range
    }
    throw new Invalid(
        key, "expected a whole number from " + least + " to " + most + ", found " + text.get());
  }

  /** {@code true} or {@code false} in any case, or the default if the key is absent. */
  public boolean bool(String key, boolean defaultValue) {
    Optional<String> text = string(key);
    if (text.isEmpty()) {
      return defaultValue;
    }
    return switch (text.get().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new Invalid(key, "expected true or false, found " + text.get());
    };
  }

  /**
   * An ISO-8601 duration ({@code PT5S}) or a number of milliseconds, or the default if the key is
   * absent.
   */
  public Duration duration(String key, Duration defaultValue) {
    Optional<String> text = string(key);
    if (text.isEmpty()) {
      return defaultValue;
    }
    try {
      Duration value =
          text.get().startsWith("P")
              ? Duration.parse(text.get())
              : Duration.ofMillis(Long.parseLong(text.get().trim()));
      if (!value.isNegative()) {
        return value;
      }
    } catch (DateTimeParseException | NumberFormatException e) {
      // reported below
    }
    throw new Invalid(key, "expected milliseconds or a duration like PT5S, found " + text.get());
  }

  /**
   * A number of bytes within the range, or the default if the key is absent: a whole number, alone
   * or with {@code B}, {@code KiB}, {@code MiB}, {@code GiB} or {@code TiB} behind it.
   */
  public long size(String key, long defaultValue, long least, long most) {
    Optional<String> text = string(key);
    if (text.isEmpty()) {
      return defaultValue;
    }
    Matcher size = SIZE.matcher(text.get().trim());
    if (size.matches()) {
      int shift = 10 * UNITS.indexOf(size.group(2) == null ? "B" : size.group(2));
      long value = Long.parseLong(size.group(1));
      if (value <= Long.MAX_VALUE >> shift && value << shift >= least && value << shift <= most) {
        return value << shift;
      }
    }
    throw new Invalid(
        key,
        "expected a size from " + least + " to " + most + " bytes like 64MiB, found " + text.get());
  }

  /**
   * A list of texts, or several in one text with commas between, or the default if the key is
   * absent; none of them empty.
   */
  public List<String> strings(String key, List<String> defaultValue) {
    Optional<Object> value = get(key).filter(found -> !found.equals(""));
    if (value.isEmpty()) {
      return defaultValue;
    }
    List<String> texts = new ArrayList<>();
    if (value.get() instanceof List<?> list) {
      list.forEach(each -> texts.add(String.valueOf(each).trim()));
    } else {
      texts.addAll(List.of(value.get().toString().trim().split("\\s*,\\s*", -1)));
    }
    if (texts.contains("")) {
      throw new Invalid(key, "expected a list without empty texts, found " + value.get());
    }
    return List.copyOf(texts);
  }

  /** A path; a relative one is below the installation folder. */
  public Path requirePath(String key) {
    return home.resolve(requireString(key)).normalize();
  }

  /** The keys of the section that no getter has asked for. */
  public Set<String> unknown() {
    Set<String> unknown = new TreeSet<>(values.keySet());
    unknown.removeAll(asked);
    return unknown;
  }

  private Optional<Object> get(String key) {
    asked.add(key);
    return Optional.ofNullable(values.get(key));
  }

  /** A setting that cannot be used. */
  public static final class Invalid extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String key;

    /**
     * @param key the key within the provider's section
     * @param problem what was expected and what was found
     */
    public Invalid(String key, String problem) {
      super(problem, null, false, false);
      this.key = key;
    }

    public String key() {
      return key;
    }
  }
}

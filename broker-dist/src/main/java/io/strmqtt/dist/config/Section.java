package io.strmqtt.dist.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One section of the configuration while it is read. Every getter notes its key, so that what
 * nobody asked for can be reported, and notes the value, so that it can be printed. A wrong value
 * is reported and replaced by a stand-in, so that reading goes on to the next mistake; the
 * stand-ins are never used, because the result is then invalid.
 */
final class Section {
  private final String path;
  private final ConfigObject values;
  private final ConfigOrigin where;
  private final Origins origins;
  private final Findings findings;
  private final Set<String> known = new LinkedHashSet<>();
  private final List<Section> children = new ArrayList<>();

  Section(String path, ConfigObject values, Origins origins, Findings findings) {
    this(path, values, values.origin(), origins, findings);
  }

  private Section(
      String path, ConfigObject values, ConfigOrigin where, Origins origins, Findings findings) {
    this.path = path;
    this.values = values;
    this.where = where;
    this.origins = origins;
    this.findings = findings;
  }

  String path(String key) {
    return Hocon.path(path, key);
  }

  /** Where the key's value stands; if it has none, where the section does. */
  String origin(String key) {
    ConfigValue value = values.get(key);
    return origins.of(value == null ? where : value.origin());
  }

  /** Reports a value that parses but cannot be used. */
  void problem(String key, String expected) {
    findings.problem(path(key), origin(key), expected, found(key));
  }

  /** The keys that hold sections and were not asked for yet, sorted. */
  List<String> openSections() {
    return values.entrySet().stream()
        .filter(entry -> entry.getValue().valueType() == ConfigValueType.OBJECT)
        .map(Map.Entry::getKey)
        .filter(key -> !known.contains(key))
        .sorted()
        .toList();
  }

  /** Whether the key has a value, right or wrong, other than an empty text. */
  boolean has(String key) {
    known.add(key);
    ConfigValue value = values.get(key);
    return value != null && !absent(key) && !"".equals(value.unwrapped());
  }

  /** Whether nobody but the defaults says anything here. */
  boolean isDefault(String key) {
    return origin(key).equals(Origins.DEFAULT);
  }

  /** The raw section below, empty if there is none. */
  ConfigObject object(String key) {
    return values.get(key) instanceof ConfigObject object ? object : ConfigFactory.empty().root();
  }

  Section section(String key) {
    return section(key, ConfigFactory.empty().root());
  }

  /** The section below, with values for what it does not say. */
  Section section(String key, ConfigObject fallback) {
    known.add(key);
    ConfigObject below = expectSection(key);
    Section section =
        new Section(path(key), below.withFallback(fallback), below.origin(), origins, findings);
    children.add(section);
    return section;
  }

  /** The section below as plain values, for a provider that checks it itself. */
  Map<String, Object> plain(String key) {
    known.add(key);
    ConfigObject object = expectSection(key);
    notePlain(path(key), object);
    Map<String, Object> plain = new TreeMap<>();
    object.forEach(
        (name, value) -> {
          if (value.valueType() != ConfigValueType.NULL) {
            plain.put(name, value.unwrapped());
          }
        });
    return Map.copyOf(plain);
  }

  private ConfigObject expectSection(String key) {
    if (!absent(key) && !(values.get(key) instanceof ConfigObject)) {
      problem(key, "a section { ... }");
    }
    return object(key);
  }

  private void notePlain(String prefix, ConfigObject object) {
    new TreeMap<>(object)
        .forEach(
            (name, value) -> {
              String at = Hocon.path(prefix, name);
              if (value instanceof ConfigObject below) {
                notePlain(at, below);
              } else {
                findings.setting(at, Hocon.render(name, value), origins.of(value.origin()));
              }
            });
  }

  /** Reports the key as out of place, if it is there. */
  void refuse(String key, String expected) {
    known.add(key);
    if (values.get(key) != null) {
      problem(key, expected);
    }
  }

  /** Forgoes the report of unknown keys: what they should be is not known either. */
  void refuseNothing() {
    known.addAll(values.keySet());
  }

  void reportUnknown() {
    values.forEach(
        (key, value) -> {
          if (!known.contains(key)) {
            String hint =
                Spelling.nearest(key, known)
                    .map(near -> " (did you mean " + near + "?)")
                    .orElse("");
            findings.problem(
                path(key), origins.of(value.origin()), "a known key" + hint, "an unknown one");
          }
        });
    children.forEach(Section::reportUnknown);
  }

  Optional<Boolean> optionalBool(String key) {
    return optional(
        key,
        "true or false",
        text ->
            switch (text.trim().toLowerCase(Locale.ROOT)) {
              case "true" -> Optional.of(true);
              case "false" -> Optional.of(false);
              default -> Optional.empty();
            });
  }

  boolean bool(String key) {
    return required(key, "true or false", optionalBool(key), false);
  }

  int integer(String key, int least, int most) {
    String expected = "a whole number from " + least + " to " + most;
    return required(
            key,
            expected,
            optional(
                key,
                expected,
                text -> Hocon.wholeNumber(text).filter(n -> n >= least && n <= most)),
            (long) least)
        .intValue();
  }

  /** Bytes. */
  long size(String key, long least, long most) {
    return size(key, "", text -> Optional.empty(), least, most);
  }

  /** Bytes, or a word that stands for some. */
  long size(String key, String or, Function<String, Optional<Long>> word, long least, long most) {
    String expected =
        or + "a size from " + Hocon.bytes(least) + " to " + Hocon.bytes(most) + ", such as 64KiB";
    return required(
        key,
        expected,
        optional(
            key,
            expected,
            text ->
                word.apply(text).or(() -> Hocon.size(text).filter(n -> n >= least && n <= most))),
        least);
  }

  Duration duration(String key, Duration least, Duration most) {
    String expected =
        "a duration from " + Hocon.words(least) + " to " + Hocon.words(most) + ", such as 5s";
    return required(
        key,
        expected,
        optional(
            key,
            expected,
            text ->
                Hocon.duration(text)
                    .filter(d -> d.compareTo(least) >= 0 && d.compareTo(most) <= 0)),
        least);
  }

  /** Seconds: a bare number is seconds, as in MQTT, not HOCON's milliseconds. */
  long seconds(String key, String or, Function<String, Optional<Long>> word, long most) {
    String expected = or + "seconds from 0 to " + most + ", or a duration such as 1h";
    return required(
        key,
        expected,
        optional(
            key,
            expected,
            text ->
                word.apply(text)
                    .or(() -> Hocon.wholeNumber(text))
                    .or(
                        () ->
                            Hocon.duration(text)
                                .filter(d -> d.toMillis() % 1000 == 0)
                                .map(Duration::toSeconds))
                    .filter(n -> n >= 0 && n <= most)),
        0L);
  }

  Optional<String> optionalText(String key) {
    return optional(key, "a text", Optional::of).filter(text -> !text.isEmpty());
  }

  <T> T text(String key, String expected, Function<String, Optional<T>> parse, T standIn) {
    return required(key, expected, optional(key, expected, parse), standIn);
  }

  /** One of the values, by its name in lower case. */
  <E extends Enum<E>> E oneOf(String key, List<E> values) {
    return text(
        key,
        "one of " + values.stream().map(Section::word).collect(Collectors.joining(", ")),
        text ->
            values.stream()
                .filter(value -> word(value).equals(text.trim().toLowerCase(Locale.ROOT)))
                .findFirst(),
        values.getFirst());
  }

  /** How a value is written. */
  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** A list of the given words, or one of them, or several in one text with commas between. */
  List<String> words(String key, List<String> allowed) {
    String expected = "one or more of " + String.join(", ", allowed);
    known.add(key);
    ConfigValue value = values.get(key);
    List<String> found = new ArrayList<>();
    if (value != null && value.unwrapped() instanceof List<?> list) {
      list.forEach(element -> found.add(String.valueOf(element)));
    } else if (value != null && !(value instanceof ConfigObject)) {
      found.addAll(List.of(String.valueOf(value.unwrapped()).trim().split("\\s*,\\s*")));
    }
    if (value == null || found.isEmpty() || !allowed.containsAll(found)) {
      problem(key, expected);
      return allowed;
    }
    findings.setting(path(key), Hocon.render(key, value), origin(key));
    return found.stream().distinct().toList();
  }

  /**
   * A list of texts, or several in one text with commas between; may be empty.
   *
   * @param flaw what is wrong with one of them, if anything; it is reported by itself
   */
  List<String> texts(String key, String expected, Function<String, Optional<String>> flaw) {
    known.add(key);
    ConfigValue value = values.get(key);
    if (value == null || value instanceof ConfigObject || absent(key)) {
      problem(key, expected);
      return List.of();
    }
    List<String> found = new ArrayList<>();
    boolean wrong = false;
    for (ConfigValue each : value instanceof ConfigList list ? list : List.of(value)) {
      String text = String.valueOf(each.unwrapped()).trim();
      for (String one : each == value ? text.split("\\s*,\\s*", -1) : new String[] {text}) {
        Optional<String> bad = flaw.apply(one);
        wrong |= bad.isPresent();
        bad.ifPresent(
            what -> findings.problem(path(key), origins.of(each.origin()), expected, what));
        if (bad.isEmpty()) {
          found.add(one);
        }
      }
    }
    if (!wrong) {
      findings.setting(path(key), Hocon.render(key, value), origin(key));
    }
    return found;
  }

  private <T> T required(String key, String expected, Optional<T> value, T standIn) {
    if (value.isEmpty() && absent(key)) {
      findings.problem(path(key), origin(key), expected, "nothing");
    }
    return value.orElse(standIn);
  }

  /** The value, if there is one and it can be used. */
  <T> Optional<T> optional(String key, String expected, Function<String, Optional<T>> parse) {
    known.add(key);
    ConfigValue value = values.get(key);
    if (value == null || absent(key)) {
      return Optional.empty();
    }
    Optional<T> parsed =
        switch (value.valueType()) {
          case STRING, NUMBER, BOOLEAN -> parse.apply(String.valueOf(value.unwrapped()));
          case OBJECT, LIST, NULL -> Optional.empty();
        };
    if (parsed.isEmpty()) {
      problem(key, expected);
    } else {
      findings.setting(path(key), Hocon.render(key, value), origin(key));
    }
    return parsed;
  }

  private boolean absent(String key) {
    ConfigValue value = values.get(key);
    return value == null || value.valueType() == ConfigValueType.NULL;
  }

  private String found(String key) {
    ConfigValue value = values.get(key);
    if (value == null || value.valueType() == ConfigValueType.NULL) {
      return "nothing";
    }
    return value instanceof ConfigObject ? "a section" : Hocon.render(key, value);
  }
}

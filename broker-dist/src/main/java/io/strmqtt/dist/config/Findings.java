package io.strmqtt.dist.config;

import java.util.ArrayList;
import java.util.List;

/** What one reading brings to light, in the order it does. */
final class Findings {
  private final List<ConfigProblem> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<Setting> settings = new ArrayList<>();

  void problem(String path, String origin, String expected, String found) {
    problems.add(new ConfigProblem(path, origin, expected, found));
  }

  void warning(String line) {
    warnings.add(line);
  }

  void setting(String path, String value, String origin) {
    settings.add(new Setting(path, value, origin));
  }

  /** Where a value that was noted stands. */
  String origin(String path) {
    return settings.stream()
        .filter(setting -> setting.path().equals(path))
        .map(Setting::origin)
        .findFirst()
        .orElse(Origins.DEFAULT);
  }

  List<ConfigProblem> problems() {
    return List.copyOf(problems);
  }

  List<String> warnings() {
    return List.copyOf(warnings);
  }

  List<Setting> settings() {
    return List.copyOf(settings);
  }
}

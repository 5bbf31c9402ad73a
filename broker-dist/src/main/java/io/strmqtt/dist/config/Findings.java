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

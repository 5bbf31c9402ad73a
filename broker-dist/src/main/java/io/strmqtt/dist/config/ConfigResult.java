package io.strmqtt.dist.config;

import java.util.List;

/** What came of reading the configuration. */
public sealed interface ConfigResult {

  /**
   * It can be used.
   *
   * @param config the configuration
   * @param warnings one line each: what works, but probably is not what was meant
   * @param settings every effective value, for printing
   */
  record Loaded(BrokerConfig config, List<String> warnings, List<Setting> settings)
      implements ConfigResult {

    /** Where a value stands, for a problem that is found later, or {@code default}. */
    public String origin(String path) {
      return settings.stream()
          .filter(setting -> setting.path().equals(path))
          .map(Setting::origin)
          .findFirst()
          .orElse(Origins.DEFAULT);
    }
  }

  /**
   * It cannot be used.
   *
   * @param problems all of them, at least one
   */
  record Invalid(List<ConfigProblem> problems) implements ConfigResult {}
}

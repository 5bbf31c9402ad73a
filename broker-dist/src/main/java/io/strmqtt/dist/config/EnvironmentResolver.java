package io.strmqtt.dist.config;

import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers {@code ${?NAME}} from the given variables; one that is empty counts as unset. */
record EnvironmentResolver(Map<String, String> environment, Set<String> lookedUp)
    implements ConfigResolver {
  EnvironmentResolver(Map<String, String> environment) {
    this(environment, new HashSet<>());
  }

  @Override
  public @Nullable ConfigValue lookup(String path) {
    lookedUp.add(path);
    String value = environment.getOrDefault(path, "");
    return value.isEmpty()
        ? null
        : ConfigValueFactory.fromAnyRef(value, Origins.ENVIRONMENT + path);
  }

  @Override
  public ConfigResolver withFallback(ConfigResolver fallback) {
    return this;
  }
}

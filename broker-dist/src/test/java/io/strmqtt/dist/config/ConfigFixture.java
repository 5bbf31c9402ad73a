package io.strmqtt.dist.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.transport.ListenerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An installation folder with a configuration file in it, and an environment. */
record ConfigFixture(Path home, Map<String, String> environment) {
  static final long HEAP = 512L << 20;

  static ConfigFixture in(Path home) {
    return new ConfigFixture(home, Map.of());
  }

  ConfigFixture with(Map<String, String> variables) {
    return new ConfigFixture(home, variables);
  }

  ConfigFixture file(String... lines) {
    try {
      Files.createDirectories(home.resolve("conf"));
      Files.writeString(home.resolve("conf/st-rmqtt.conf"), String.join("\n", lines) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  ConfigResult load() {
    return ConfigLoader.load(home, Optional.empty(), environment, HEAP);
  }

  ConfigResult.Loaded loaded() {
    ConfigResult result = load();
    assertThat(result).isInstanceOf(ConfigResult.Loaded.class);
    return (ConfigResult.Loaded) result;
  }

  BrokerConfig config() {
    return loaded().config();
  }

  ListenerSettings listener(String name) {
    return config().listeners().stream()
        .filter(listener -> listener.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The problems as an operator reads them. */
  List<String> problems() {
    ConfigResult result = load();
    assertThat(result).isInstanceOf(ConfigResult.Invalid.class);
    return ((ConfigResult.Invalid) result)
        .problems().stream().map(ConfigProblem::toString).toList();
  }
}

package io.strmqtt.dist.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the configuration: an environment variable wins over the file, the file over the defaults.
 *
 * <p>The system environment and system properties are never looked at, only what is passed in.
 */
public final class ConfigLoader {
  /** The file that is read if none is named, below the installation folder. */
  public static final Path DEFAULT_FILE = Path.of("conf", "st-rmqtt.conf");

  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?<file>.*?): (?<line>\\d+): (?<problem>.*?)( \\(if you intended .*)?", Pattern.DOTALL);

  private final Origins origins;
  private final Findings findings = new Findings();
  private final ConfigResolveOptions resolving;

  private final EnvironmentResolver environment;

  private ConfigLoader(Path home, Map<String, String> environment) {
    this.origins = new Origins(home);
    this.environment = new EnvironmentResolver(environment);
    this.resolving = ConfigResolveOptions.noSystem().appendResolver(this.environment);
  }

  /**
   * Reads and checks everything.
   *
   * @param home the installation folder
   * @param file the file to read, relative to the working directory; if empty, {@link
   *     #DEFAULT_FILE} below the installation folder, or the defaults alone if that does not exist
   * @param environment the environment variables; those with an empty value count as unset
   * @param maxHeapBytes what limits that depend on the heap are a fraction of
   */
  public static ConfigResult load(
      Path home, Optional<Path> file, Map<String, String> environment, long maxHeapBytes) {
    Path folder = home.toAbsolutePath().normalize();
    return new ConfigLoader(folder, environment).load(folder, file, maxHeapBytes);
  }

  private ConfigResult load(Path home, Optional<Path> file, long maxHeapBytes) {
    Config defaults = resource("defaults.conf", Origins.DEFAULT);
    Config overrides = resource("environment.conf", "environment").resolve(resolving);
    Config merged;
    try {
      Config operators = operators(home, file).withFallback(defaults);
      Shape.misplaced(operators.resolve(resolving).root(), defaults.root())
          .forEach(this::reportMisplaced);
      merged = overrides.withFallback(operators).resolve(resolving);
    } catch (ConfigException e) {
      List<ConfigProblem> problems = new ArrayList<>(findings.problems());
      problems.add(unreadable(e));
      return new ConfigResult.Invalid(problems);
    }
    warnOfLookalikes();
    ConfigObject repaired = Shape.repaired(merged.root(), defaults.root());
    Section root = new Section("", repaired, origins, findings);
    BrokerConfig config =
        new BrokerReader(home, defaults.root(), root, findings, maxHeapBytes).read();
    return findings.problems().isEmpty()
        ? new ConfigResult.Loaded(config, findings.warnings(), findings.settings())
        : new ConfigResult.Invalid(findings.problems());
  }

  private Config operators(Path home, Optional<Path> file) {
    Path path = file.map(Path::toAbsolutePath).orElse(home.resolve(DEFAULT_FILE)).normalize();
    if (file.isEmpty() && Files.notExists(path)) {
      return ConfigFactory.empty();
    }
    if (Files.isDirectory(path) || !Files.isReadable(path)) {
      findings.problem(
          "",
          file.isPresent() ? "--config" : Origins.DEFAULT,
          "a readable configuration file",
          path + (Files.exists(path) ? ", which cannot be read" : ", which does not exist"));
      return ConfigFactory.empty();
    }
    return ConfigFactory.parseFile(path.toFile(), Includes.options(path, findings));
  }

  private void warnOfLookalikes() {
    Lookalikes.warnings(
            environment.environment(),
            Lookalikes.known(text("environment.conf")),
            environment.lookedUp())
        .forEach(findings::warning);
  }

  private static String text(String resource) {
    try (InputStream in = ConfigLoader.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void reportMisplaced(String path, ConfigValue value) {
    findings.problem(
        path,
        origins.of(value.origin()),
        "a section { ... }",
        value.render(ConfigRenderOptions.concise()));
  }

  private ConfigProblem unreadable(ConfigException e) {
    String message = String.valueOf(e.getMessage());
    Matcher matcher = SYNTAX.matcher(message);
    if (matcher.matches()) {
      String origin = origins.text(matcher.group("file") + ": " + matcher.group("line"));
      return unreadable(origin, matcher.group("problem"));
    }
    return unreadable(e.origin() == null ? Origins.DEFAULT : origins.of(e.origin()), message);
  }

  private static ConfigProblem unreadable(String origin, String message) {
    return new ConfigProblem(
        "", origin, "a file that can be read", "an error: " + message.replace('\n', ' '));
  }

  private static Config resource(String name, String origin) {
    try (InputStream in = ConfigLoader.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the module");
      }
      return ConfigFactory.parseReader(
          new InputStreamReader(in, StandardCharsets.UTF_8),
          ConfigParseOptions.defaults().setOriginDescription(origin));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

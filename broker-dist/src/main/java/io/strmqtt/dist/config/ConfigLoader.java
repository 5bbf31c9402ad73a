package io.strmqtt.dist.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

  private ConfigLoader(Path home, Map<String, String> environment) {
    this.origins = new Origins(home);
    this.resolving =
        ConfigResolveOptions.noSystem().appendResolver(new EnvironmentResolver(environment));
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
      merged = overrides.withFallback(operators(home, file)).withFallback(defaults);
      merged = merged.resolve(resolving);
    } catch (ConfigException e) {
      return new ConfigResult.Invalid(List.of(unreadable(e)));
    }
    Config checked = withoutMisplaced("", merged.root(), defaults.root()).toConfig();
    Section root = new Section("", checked.withFallback(defaults).root(), origins, findings);
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
    return ConfigFactory.parseFile(
        path.toFile(),
        ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false));
  }

  /**
   * The values without those that would hide a whole section ({@code listener = 5}), which are
   * reported, and without nulls where there is a default, which they leave in force.
   */
  private ConfigObject withoutMisplaced(String prefix, ConfigObject values, ConfigObject defaults) {
    ConfigObject result = values;
    for (Map.Entry<String, ConfigValue> entry : defaults.entrySet()) {
      String key = entry.getKey();
      ConfigValue value = values.get(key);
      if (value == null) {
        continue;
      }
      String path = prefix + key;
      if (value.valueType() == ConfigValueType.NULL) {
        result = result.withoutKey(key);
      } else if (entry.getValue() instanceof ConfigObject section) {
        if (value instanceof ConfigObject object) {
          result = result.withValue(key, withoutMisplaced(path + ".", object, section));
        } else {
          findings.problem(
              path,
              origins.of(value.origin()),
              "a section { ... }",
              value.render(ConfigRenderOptions.concise()));
          result = result.withoutKey(key);
        }
      }
    }
    return result;
  }

  private ConfigProblem unreadable(ConfigException e) {
    String message = String.valueOf(e.getMessage());
    Matcher matcher = SYNTAX.matcher(message);
    if (matcher.matches()) {
      String origin = origins.text(matcher.group("file") + ": " + matcher.group("line"));
      return new ConfigProblem("", origin, "HOCON", matcher.group("problem").replace('\n', ' '));
    }
    return new ConfigProblem(
        "", e.origin() == null ? Origins.DEFAULT : origins.of(e.origin()), "HOCON", message);
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
